import HTTPWire

/// Who is at the other end of an endpoint's HTTP/1.1 connections: its server, or the proxy that forwards requests to it.
struct NextHop {
    let isTLS: Bool
    /// Scheme and authority, with a slash at the end: what libcurl connects to.
    let origin: String
    /// The proxy that libcurl has open the way there; nil for none.
    let tunnel: String?
    /// Whether libcurl looks up a name after it has a connection, to that proxy.
    let looksUpBehindProxy: Bool
    /// The value of the `host` field: the server's, without the port that goes without saying.
    let host: String
    /// What a forwarding proxy asks for besides the request.
    let proxyFields: [HeaderField]
    private let targetPrefix: String
    private let targetPrefixOfRelative: String

    /// - Returns: nil for a URL of another scheme, with credentials, a query, or a host name that is not ASCII, and for a proxy that libcurl cannot
    ///   read.
    init?(to endpoint: CurlEndpoint) {
        let url = endpoint.url
        guard let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) }) else { return nil }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"@?#\\".utf8.contains($0) }) else { return nil }
        let isServerTLS = scheme == "https://"
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        let ownPort = isServerTLS ? ":443" : ":80"
        host = authority.hasSuffix(ownPort) ? String(authority.dropLast(ownPort.count)) : String(authority)
        guard !host.isEmpty else { return nil }
        let pathPrefix = String(rest.dropFirst(authority.count))
        // A request target is never empty (RFC 9112, section 3.2.1).
        let pathPrefixOfRelative = pathPrefix.isEmpty ? "/" : pathPrefix

        let proxy = endpoint.proxy.flatMap { ProxyAddress($0) }
        if proxy == nil, endpoint.proxy != nil { return nil }
        looksUpBehindProxy = proxy?.wantsAddress == true
        if !isServerTLS, let proxy, proxy.forwards {
            // The absolute form of a request target (RFC 9112, section 3.2.2).
            targetPrefix = scheme + authority + pathPrefix
            targetPrefixOfRelative = scheme + authority + pathPrefixOfRelative
            (isTLS, origin, tunnel) = (proxy.isTLS, proxy.origin, nil)
            proxyFields = proxy.authorization.map { [HeaderField("proxy-authorization", $0)] } ?? []
        } else {
            targetPrefix = pathPrefix
            targetPrefixOfRelative = pathPrefixOfRelative
            (isTLS, origin, tunnel, proxyFields) = (isServerTLS, scheme + authority + "/", endpoint.proxy, [])
        }
    }

    /// What stands before `path` in a request line.
    func target(before path: String) -> String { path.utf8.first == UInt8(ascii: "/") ? targetPrefix : targetPrefixOfRelative }
}
