/// The signatures that are taken, by their names in a token's header.
///
/// - SeeAlso: RFC 7518, section 3.1; RFC 8037, section 3.1
package enum TokenAlgorithm: String, CaseIterable, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"
    /// With a secret that signer and gateway share, and with nothing else.
    case hs256 = "HS256"

    /// What kind of key makes it.
    package enum Family: Sendable { case rsa, p256, p384, ed25519, secret }

    package var family: Family {
        switch self {
        case .rs256, .rs384, .rs512, .ps256: .rsa
        case .es256: .p256
        case .es384: .p384
        case .edDSA: .ed25519
        case .hs256: .secret
        }
    }
}
