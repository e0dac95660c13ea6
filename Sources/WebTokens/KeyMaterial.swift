import JWTKit

/// A public key of a kind that tokens are signed with.
enum KeyMaterial: Sendable {
    case rsa(Insecure.RSA.PublicKey)
    case p256(ES256PublicKey)
    case p384(ES384PublicKey)
    case ed25519(EdDSA.PublicKey)

    var family: TokenAlgorithm.Family {
        switch self {
        case .rsa: .rsa
        case .p256: .p256
        case .p384: .p384
        case .ed25519: .ed25519
        }
    }
}

extension KeyMaterial {
    /// A block of PEM: a public key, or a certificate that has one. A certificate's dates and issuer are not looked at: whoever put it
    /// into the file vouches for it.
    init?(pem: String) {
        if pem.hasPrefix("-----BEGIN CERTIFICATE-----") {
            if let key = try? Insecure.RSA.PublicKey(certificatePEM: pem) {
                self = .rsa(key)
            } else if let key = try? ES256PublicKey(certificate: pem) {
                self = .p256(key)
            } else if let key = try? ES384PublicKey(certificate: pem) {
                self = .p384(key)
            } else {
                return nil
            }
        } else if let key = try? Insecure.RSA.PublicKey(pem: pem) {
            self = .rsa(key)
        } else if let key = try? ES256PublicKey(pem: pem) {
            self = .p256(key)
        } else if let key = try? ES384PublicKey(pem: pem) {
            self = .p384(key)
        } else if let key = try? EdDSA.PublicKey(pem: pem) {
            self = .ed25519(key)
        } else {
            return nil
        }
    }
}
