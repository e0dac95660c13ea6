import CryptoExtras

/// PEM text of RSA keys.
enum RSAKeyText {
    /// Whether it can be read, and is of 2048 bits at least.
    static func isPrivateKey(_ text: String) -> Bool { (try? _RSA.Signing.PrivateKey(pemRepresentation: text)) != nil }
}
