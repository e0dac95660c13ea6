import CCurl
import JSONBytes

/// An HTTP proxy as those see it whose requests it forwards. Taken apart by libcurl, as it does with one that opens a tunnel.
struct ForwardingProxy {
    let isTLS: Bool
    /// Scheme and authority, without credentials, with a slash at the end.
    let origin: String
    /// The value of the `proxy-authorization` field (RFC 7617); nil without credentials.
    let authorization: String?

    /// libcurl's port of an `http` proxy whose URL names none (CURLOPT_PROXY).
    private static let defaultPort = "1080"

    /// Whether the proxy of that URL forwards requests; those of other schemes open the way to any server.
    static func isOne(_ url: String) -> Bool { ["http://", "https://"].contains { url.lowercased().hasPrefix($0) } }

    /// - Returns: nil for what is no URL with a host.
    init?(_ url: String) {
        guard let parts = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(parts) }
        guard unsafe curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK else { return nil }
        guard let scheme = unsafe Self.part(CURLUPART_SCHEME, of: parts), let host = unsafe Self.part(CURLUPART_HOST, of: parts) else { return nil }
        isTLS = scheme == "https"
        let port = unsafe Self.part(CURLUPART_PORT, of: parts) ?? (isTLS ? "443" : Self.defaultPort)
        origin = "\(scheme)://\(host):\(port)/"
        let user = unsafe Self.part(CURLUPART_USER, of: parts, CURLU_URLDECODE)
        let password = unsafe Self.part(CURLUPART_PASSWORD, of: parts, CURLU_URLDECODE)
        let hasCredentials = user != nil || password != nil
        authorization = hasCredentials ? "Basic " + Base64.encoded("\(user ?? ""):\(password ?? "")".utf8) : nil
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, _ flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, part, &text, UInt32(flags)) == CURLUE_OK, let text = unsafe text else { return nil }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }
}
