/// An endpoint's URL, taken apart once.
struct ServerAddress {
    let isTLS: Bool
    /// Scheme and authority.
    let origin: String
    /// The value of the `host` field: without the port that goes without saying.
    let host: String
    /// Without a slash at the end.
    let pathPrefix: String

    /// Of an endpoint that is left to libcurl.
    static let none = ServerAddress()

    private init() {
        isTLS = false
        (origin, host, pathPrefix) = ("", "", "")
    }

    /// - Returns: nil for what only libcurl understands: another scheme, credentials, a query, or a host name that is not ASCII.
    init?(_ url: String) {
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }) else { return nil }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"@?#\\".utf8.contains($0) }) else { return nil }
        isTLS = scheme == "https://"
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let ownPort = isTLS ? ":443" : ":80"
        host = authority.hasSuffix(ownPort) ? String(authority.dropLast(ownPort.count)) : String(authority)
        guard !host.isEmpty else { return nil }
        origin = scheme + authority + "/"
        pathPrefix = String(rest.dropFirst(authority.count))
    }

    /// What stands before `path` in a request line.
    func path(before path: String) -> String {
        // A request target is never empty (RFC 9112, section 3.2.1).
        pathPrefix.isEmpty && path.utf8.first != UInt8(ascii: "/") ? "/" : pathPrefix
    }
}
