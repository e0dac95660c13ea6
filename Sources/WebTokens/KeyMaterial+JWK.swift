import JSONBytes
import JWTKit

extension KeyMaterial {
    /// Bytes of an RSA modulus: checking a signature with a longer one takes milliseconds.
    private static let modulusBytes = 256...1024
    private static let exponentBytesMax = 4

    /// The public part of a JSON Web Key; private members are not looked at.
    ///
    /// - Returns: nil for kinds of keys that are not taken, symmetric ones among them, and for mistakes.
    init?(jwk: JSONValue) {
        switch (jwk["kty"]?.string, jwk["crv"]?.string) {
        case ("RSA", _):
            guard let modulus = Self.number(jwk["n"]), Self.modulusBytes.contains(modulus.bytes.count),
                let exponent = Self.number(jwk["e"]), exponent.bytes.count <= Self.exponentBytesMax,
                let key = try? Insecure.RSA.PublicKey(modulus: modulus.text, exponent: exponent.text)
            else { return nil }
            self = .rsa(key)
        case ("EC", "P-256"):
            guard let (x, y) = Self.point(jwk, bytes: 32), let key = try? ES256PublicKey(parameters: (x, y)) else { return nil }
            self = .p256(key)
        case ("EC", "P-384"):
            guard let (x, y) = Self.point(jwk, bytes: 48), let key = try? ES384PublicKey(parameters: (x, y)) else { return nil }
            self = .p384(key)
        case ("OKP", "Ed25519"):
            guard let x = Self.number(jwk["x"]), x.bytes.count == 32, let key = try? EdDSA.PublicKey(x: x.text, curve: .ed25519) else { return nil }
            self = .ed25519(key)
        default:
            return nil
        }
    }

    private static func point(_ jwk: JSONValue, bytes: Int) -> (x: String, y: String)? {
        guard let x = number(jwk["x"]), x.bytes.count == bytes, let y = number(jwk["y"]), y.bytes.count == bytes else { return nil }
        return (x.text, y.text)
    }

    private static func number(_ member: JSONValue?) -> (text: String, bytes: [UInt8])? {
        guard let text = member?.string, let bytes = Base64URL.decoded(text.utf8), !bytes.isEmpty else { return nil }
        return (text, bytes)
    }
}
