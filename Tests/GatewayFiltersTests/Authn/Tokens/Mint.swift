import Crypto
import CryptoExtras
import Foundation

/// Makes tokens, good and bad, with keys that live for one run of the tests.
enum Mint {
    static let issuer = "https://login.example.com"
    /// The fake worker's time of day.
    static let now = 1_790_000_000

    static let rsa: _RSA.Signing.PrivateKey = {
        do { return try _RSA.Signing.PrivateKey(keySize: .bits2048) } catch { fatalError("no RSA key: \(error)") }
    }()
    static let p256 = P256.Signing.PrivateKey()
    static let p384 = P384.Signing.PrivateKey()
    static let ed25519 = Curve25519.Signing.PrivateKey()
    /// Somebody's who is not the issuer.
    static let strangerP256 = P256.Signing.PrivateKey()
    static let strangerEd25519 = Curve25519.Signing.PrivateKey()
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    /// What the issuer publishes. `rsa` and `ps` are one key under two names, for one algorithm each.
    static let jwks: String = {
        let (n, e) = rsaNumbers
        return """
            {"keys": [
              {"kty":"RSA","kid":"rsa","alg":"RS256","use":"sig","n":"\(n)","e":"\(e)"},
              {"kty":"RSA","kid":"rs384","alg":"RS384","key_ops":["verify"],"n":"\(n)","e":"\(e)"},
              {"kty":"RSA","kid":"rs512","alg":"RS512","n":"\(n)","e":"\(e)"},
              {"kty":"RSA","kid":"ps","alg":"PS256","n":"\(n)","e":"\(e)"},
              {"kty":"RSA","kid":"enc","alg":"RS256","use":"enc","n":"\(n)","e":"\(e)"},
              \(ec("p256", "P-256", p256.publicKey.x963Representation)),
              \(ec("p384", "P-384", p384.publicKey.x963Representation)),
              {"kty":"OKP","crv":"Ed25519","kid":"ed","x":"\(text(ed25519.publicKey.rawRepresentation))"},
              {"kty":"oct","kid":"oct","alg":"HS256","k":"\(text(secret))"}
            ]}
            """
    }()

    static let rsaNumbers: (n: String, e: String) = {
        guard let numbers = try? rsa.publicKey.getKeyPrimitives() else { fatalError("an RSA key has numbers") }
        return (text(Array(numbers.modulus)), text(Array(numbers.publicExponent)))
    }()

    static func ec(_ kid: String, _ curve: String, _ point: some Collection<UInt8>) -> String {
        let coordinates = Array(point.dropFirst())
        let half = coordinates.count / 2
        return #"{"kty":"EC","crv":"\#(curve)","kid":"\#(kid)","x":"\#(text(coordinates[..<half]))","y":"\#(text(coordinates[half...]))"}"#
    }

    /// Base64url without padding.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var (output, bits, held) = ("", 0, 0)
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            held += 8
            while held >= 6 {
                held -= 6
                output.append(alphabet[bits >> held & 63])
                bits &= (1 << held) - 1
            }
        }
        if held > 0 { output.append(alphabet[bits << (6 - held) & 63]) }
        return output
    }

    static func text(_ string: String) -> String { text(Array(string.utf8)) }

    /// Who signs, and how.
    enum Signer: Sendable {
        case rs256, rs384, rs512, ps256, es256, es384, edDSA
        case hs256([UInt8])
        case strangerES256, strangerEdDSA
        case bytes([UInt8])

        func sign(_ string: String) -> [UInt8] {
            let bytes = Array(string.utf8)
            do {
                switch self {
                case .rs256: return Array(try rsa.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
                case .rs384: return Array(try rsa.signature(for: SHA384.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
                case .rs512: return Array(try rsa.signature(for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
                case .ps256: return Array(try rsa.signature(for: SHA256.hash(data: bytes), padding: .PSS).rawRepresentation)
                case .es256: return Array(try p256.signature(for: bytes).rawRepresentation)
                case .es384: return Array(try p384.signature(for: bytes).rawRepresentation)
                case .edDSA: return Array(try ed25519.signature(for: bytes))
                case .hs256(let key): return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: key)))
                case .strangerES256: return Array(try strangerP256.signature(for: bytes).rawRepresentation)
                case .strangerEdDSA: return Array(try strangerEd25519.signature(for: bytes))
                case .bytes(let fixed): return fixed
                }
            } catch { fatalError("cannot sign: \(error)") }
        }
    }

    /// The claims of a good token, with some changed: `nil` leaves one out, anything else is JSON.
    static func claims(_ changes: [(String, String?)] = []) -> String {
        var members = [
            ("iss", "\"\(issuer)\""), ("aud", "\"weir\""), ("sub", "\"alice\""), ("exp", "\(now + 600)"), ("iat", "\(now - 10)"),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    static func token(header: String, claims: String = claims(), _ signer: Signer) -> String {
        let signed = text(header) + "." + text(claims)
        return signed + "." + text(signer.sign(signed))
    }

    /// As the issuer would make it.
    static func token(_ changes: [(String, String?)] = []) -> String {
        token(header: #"{"alg":"ES256","kid":"p256"}"#, claims: claims(changes), .es256)
    }
}
