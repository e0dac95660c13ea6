package import HTTPWire

/// How one host is spoken to. Transfers of equal endpoints share connections and handles.
package struct CurlEndpoint: Hashable, Sendable {
    /// Scheme, authority and path prefix without a slash at the end.
    package var url: String
    /// Offer HTTP/2 in TLS. Never spoken without TLS: Debian 12's libcurl breaks it (curl/curl#10634).
    package var http2: Bool
    /// Certificate authorities in PEM, trusted in addition to the system's.
    package var certificateAuthorities: [UInt8]?
    /// A proxy's URL; nil goes straight, whatever the process environment says.
    package var proxy: String?
    package var responseHeaderBytesMax: Int

    package init(
        url: String, http2: Bool = false, certificateAuthorities: [UInt8]? = nil, proxy: String? = nil, responseHeaderBytesMax: Int = 64 << 10
    ) {
        self.url = url
        self.http2 = http2
        self.certificateAuthorities = certificateAuthorities
        self.proxy = proxy
        self.responseHeaderBytesMax = responseHeaderBytesMax
    }

    /// Of what tells endpoints apart, the short parts: requests that take turns between endpoints hash one each.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(url)
        hasher.combine(proxy)
    }
}

/// One request, complete to the byte.
package struct CurlRequest: Sendable {
    package var method: String
    /// Path and query after the endpoint's URL.
    package var path: String
    /// Names in lower case.
    package var headers: [HeaderField]
    package var body: BodyPieces
    /// Not on a pooled connection, although there may be one.
    package var isOnFreshConnection = false
    package var connectTimeout: Duration
    package var firstByteTimeout: Duration
    package var idleTimeout: Duration
    package var totalTimeout: Duration

    package init(
        method: String, path: String, headers: [HeaderField] = [], body: [UInt8] = [], connectTimeout: Duration = .seconds(5),
        firstByteTimeout: Duration = .seconds(60), idleTimeout: Duration = .seconds(60), totalTimeout: Duration = .seconds(600)
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = BodyPieces(body)
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.totalTimeout = totalTimeout
    }
}
