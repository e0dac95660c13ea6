package import GatewayConfig
package import HTTPWire

/// Which web pages may call, as browsers are told.
///
/// - SeeAlso: https://fetch.spec.whatwg.org/#http-cors-protocol
package struct CORSPolicy: Sendable {
    private let config: CORSConfig
    private let origins: Set<String>
    private let methods: String
    private let headers: String
    private let exposed: String
    private let maxAge: String
    /// What every client may need to read of an answer.
    private static let alwaysExposed = [
        "x-request-id", "x-weir-cache", "age", "retry-after", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    ]

    package init(_ config: CORSConfig) {
        self.config = config
        origins = Set(config.origins)
        methods = config.methods.joined(separator: ", ")
        headers = config.headers.joined(separator: ", ")
        exposed = (config.expose + Self.alwaysExposed.filter { !config.expose.contains($0) }).joined(separator: ", ")
        maxAge = String(config.maxAge.components.seconds)
    }

    /// What an answer to `origin` carries. Empty but for `vary` when the origin is not allowed.
    package func fields(for origin: String) -> [(String, String)] {
        guard allows(origin) else { return [("vary", "origin")] }
        var fields = [("access-control-allow-origin", config.allowsAnyOrigin ? "*" : origin), ("access-control-expose-headers", exposed)]
        if config.credentials { fields.append(("access-control-allow-credentials", "true")) }
        if !config.allowsAnyOrigin { fields.append(("vary", "origin")) }
        return fields
    }

    /// The answer to a preflight; nil when the request is none.
    package func preflight(_ head: RequestHead) -> [(String, String)]? {
        guard head.method == .options, let origin = head.fields.first("origin"), head.fields.first("access-control-request-method") != nil else {
            return nil
        }
        guard allows(origin) else { return [("vary", "origin")] }
        var fields = [
            ("access-control-allow-origin", config.allowsAnyOrigin ? "*" : origin), ("access-control-allow-methods", methods),
            ("access-control-max-age", maxAge),
        ]
        if config.allowsAnyHeader {
            // Credentials are never allowed with this (GatewayConfig refuses it). `*` does not cover authorization.
            fields.append(("access-control-allow-headers", "*, authorization"))
        } else if !headers.isEmpty {
            fields.append(("access-control-allow-headers", headers))
        }
        if config.credentials { fields.append(("access-control-allow-credentials", "true")) }
        fields.append(("vary", "origin, access-control-request-method, access-control-request-headers"))
        return fields
    }

    private func allows(_ origin: String) -> Bool { config.allowsAnyOrigin || origins.contains(origin) }
}
