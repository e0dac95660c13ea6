/// The signatures that are taken, by their names in a token's header.
///
/// - SeeAlso: RFC 7518, section 3.1; RFC 8037, section 3.1
package enum TokenAlgorithm: String, CaseIterable, Sendable {
    case RS256, RS384, RS512, PS256, ES256, ES384, EdDSA
    /// With a secret that signer and gateway share, and with nothing else.
    case HS256

    /// What kind of key makes it.
    package enum Family: Sendable { case rsa, p256, p384, ed25519, secret }

    package var family: Family {
        switch self {
        case .RS256, .RS384, .RS512, .PS256: .rsa
        case .ES256: .p256
        case .ES384: .p384
        case .EdDSA: .ed25519
        case .HS256: .secret
        }
    }
}
