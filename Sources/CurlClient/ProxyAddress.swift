import CCurl
import JSONBytes

/// A proxy's URL, taken apart by libcurl, which goes straight to the server, past the proxy, when it cannot read a proxy's URL itself.
struct ProxyAddress {
    /// Whether it forwards requests, and does not only open the way to a server: an HTTP proxy.
    let forwards: Bool
    /// Whether libcurl looks up the server's name once it is connected to the proxy, which gets an address.
    let wantsAddress: Bool
    let isTLS: Bool
    /// Scheme and authority, without credentials, with a slash at the end.
    let origin: String
    /// The value of the `proxy-authorization` field (RFC 7617) of what it forwards; nil without credentials.
    let authorization: String?

    /// libcurl's port of a proxy whose URL names none; 443 for `https` (CURLOPT_PROXY).
    private static let defaultPort = "1080"

    /// - Returns: nil for what is no such URL, or has credentials that libcurl does not take: such as with a control character.
    init?(_ url: String) {
        guard let parts = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(parts) }
        guard unsafe curl_url_set(parts, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else { return nil }
        do throws(Unreadable) {
            guard let scheme = try unsafe Self.part(CURLUPART_SCHEME, of: parts), let host = try unsafe Self.part(CURLUPART_HOST, of: parts) else {
                return nil
            }
            let name = String(decoding: scheme, as: UTF8.self)
            forwards = name == "http" || name == "https"
            wantsAddress = name == "socks5"
            isTLS = name == "https"
            let port = try unsafe Self.part(CURLUPART_PORT, of: parts).map { String(decoding: $0, as: UTF8.self) }
            origin = "\(name)://\(String(decoding: host, as: UTF8.self)):\(port ?? (isTLS ? "443" : Self.defaultPort))/"
            let user = try unsafe Self.part(CURLUPART_USER, of: parts, CURLU_URLDECODE)
            let password = try unsafe Self.part(CURLUPART_PASSWORD, of: parts, CURLU_URLDECODE)
            let hasCredentials = user != nil || password != nil
            authorization = hasCredentials ? "Basic " + Base64.encoded((user ?? []) + [UInt8(ascii: ":")] + (password ?? [])) : nil
        } catch { return nil }
    }

    private struct Unreadable: Error {}

    /// - Returns: its bytes, which need not be UTF-8; nil where the URL has none.
    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: Int32 = 0) throws(Unreadable) -> [UInt8]? {
        var text: UnsafeMutablePointer<CChar>?
        let code = unsafe curl_url_get(url, part, &text, UInt32(flags))
        if [CURLUE_NO_SCHEME, CURLUE_NO_HOST, CURLUE_NO_PORT, CURLUE_NO_USER, CURLUE_NO_PASSWORD].contains(code) { return nil }
        guard code == CURLUE_OK, let text = unsafe text else { throw Unreadable() }
        defer { unsafe curl_free(text) }
        var bytes: [UInt8] = []
        var place = unsafe text
        while unsafe place.pointee != 0 {
            bytes.append(UInt8(bitPattern: unsafe place.pointee))
            unsafe place += 1
        }
        return bytes
    }
}
