import GatewayCore
import HTTPWire

extension HeaderField {
    /// What a client that is not let in is told about credentials.
    ///
    /// - SeeAlso: RFC 6750, section 3: who sent no credential is told no error.
    static func challenge(for error: GatewayError) -> HeaderField {
        if case .tokenRefused = error { return HeaderField("www-authenticate", #"Bearer error="invalid_token""#) }
        return HeaderField("www-authenticate", "Bearer")
    }
}
