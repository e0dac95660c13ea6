import Crypto
import CryptoExtras
import Testing

/// A token that must not be believed, and the reason that is given.
struct Forgery: Sendable, CustomTestStringConvertible {
    let name: String
    let token: String
    let reason: String

    init(_ name: String, _ reason: String, _ token: String) {
        self.name = name
        self.token = token
        self.reason = reason
    }

    var testDescription: String { name }

    static let all = algorithms + keys + signatures + times + addressees + forms + names
    private static let es256 = #"{"alg":"ES256","kid":"p256"}"#

    private static func es(_ name: String, _ reason: String, _ changes: [(String, String?)]) -> Forgery {
        Forgery(name, reason, Mint.token(changes))
    }

    // MARK: - The algorithm

    private static let algorithms: [Forgery] =
        ["none", "None", "NONE", "nOnE", "HS384", "HS512", "ES512", "ES256K", "PS384", "RS1", "", "RS256 ", "es256"].map {
            Forgery("alg \"\($0)\"", "algorithm", Mint.token(header: #"{"alg":"\#($0)","kid":"p256"}"#, .bytes([1])))
        } + [
            Forgery("alg none without a signature", "no signature", Mint.token(header: #"{"alg":"none"}"#, .bytes([]))),
            Forgery("a good header without a signature", "no signature", Mint.token(header: es256, .bytes([]))),
            Forgery("no alg", "algorithm", Mint.token(header: #"{"kid":"p256"}"#, .es256)),
            Forgery("alg is a list", "algorithm", Mint.token(header: #"{"alg":["ES256"],"kid":"p256"}"#, .es256)),
            Forgery("alg is null", "algorithm", Mint.token(header: #"{"alg":null,"kid":"p256"}"#, .es256)),
            Forgery("HMAC with the RSA key's PEM", "algorithm", confused(Array(Mint.rsa.publicKey.pemRepresentation.utf8))),
            Forgery("HMAC with the RSA key's PEM and a line end", "algorithm", confused(Array((Mint.rsa.publicKey.pemRepresentation + "\n").utf8))),
            Forgery("HMAC with the RSA key's DER", "algorithm", confused(Array(Mint.rsa.publicKey.derRepresentation))),
            Forgery("HMAC with the RSA modulus", "algorithm", confused(Array(Mint.rsaNumbers.n.utf8))),
            Forgery("HMAC with the EC key's PEM", "algorithm", confused(Array(Mint.p256.publicKey.pemRepresentation.utf8), kid: "p256")),
            Forgery("HMAC with the EC key's point", "algorithm", confused(Array(Mint.p256.publicKey.x963Representation), kid: "p256")),
            Forgery("HMAC with nothing", "algorithm", confused([])),
            Forgery("HMAC with a symmetric key of the set", "algorithm", confused(Mint.secret, kid: "oct")),
            Forgery("a PS256 signature by a key for RS256", "no such key", Mint.token(header: #"{"alg":"PS256","kid":"rsa"}"#, .ps256)),
            Forgery("an RS256 signature by a key for PS256", "no such key", Mint.token(header: #"{"alg":"RS256","kid":"ps"}"#, .rs256)),
            Forgery("a PS256 signature said to be RS256", "signature", Mint.token(header: #"{"alg":"RS256","kid":"rsa"}"#, .ps256)),
            Forgery("an RS256 signature said to be PS256", "signature", Mint.token(header: #"{"alg":"PS256","kid":"ps"}"#, .rs256)),
            Forgery("an RS384 signature by a key for RS256", "no such key", Mint.token(header: #"{"alg":"RS384","kid":"rsa"}"#, .rs384)),
            Forgery("an RS256 signature said to be RS384", "signature", Mint.token(header: #"{"alg":"RS384","kid":"rs384"}"#, .rs256)),
            Forgery("P-384 under the name of P-256", "no such key", Mint.token(header: #"{"alg":"ES384","kid":"p256"}"#, .es384)),
            Forgery("a P-384 signature said to be ES256", "signature", Mint.token(header: es256, .es384)),
        ]

    private static func confused(_ secret: [UInt8], kid: String = "rsa") -> String {
        Mint.token(header: #"{"alg":"HS256","kid":"\#(kid)"}"#, .hs256(secret))
    }

    // MARK: - The key

    private static let keys: [Forgery] =
        ["../../../../dev/null", "/dev/null", "' UNION SELECT 'secret' --", "p256|id", "p256\\u0000", "P256", " p256", "", "file:///etc/passwd"].map {
            Forgery("kid \"\($0)\"", "no such key", Mint.token(header: #"{"alg":"ES256","kid":"\#($0)"}"#, .strangerES256))
        } + [
            Forgery("kid of 2 KB", "no such key", Mint.token(header: #"{"alg":"ES256","kid":"\#(String(repeating: "k", count: 2048))"}"#, .es256)),
            Forgery("kid is a number", "no such key", Mint.token(header: #"{"alg":"ES256","kid":256}"#, .es256)),
            Forgery("kid is a list", "no such key", Mint.token(header: #"{"alg":"ES256","kid":["p256"]}"#, .es256)),
            Forgery("kid is null", "no such key", Mint.token(header: #"{"alg":"ES256","kid":null}"#, .es256)),
            Forgery("a key for encryption", "no such key", Mint.token(header: #"{"alg":"RS256","kid":"enc"}"#, .rs256)),
            Forgery("a stranger's key", "signature", Mint.token(header: es256, .strangerES256)),
            Forgery("a stranger's key without a kid", "signature", Mint.token(header: #"{"alg":"ES256"}"#, .strangerES256)),
            Forgery(
                "a stranger's key brought along", "signature",
                Mint.token(header: #"{"alg":"ES256","kid":"p256","jwk":\#(strangerKey)}"#, .strangerES256)),
            Forgery(
                "a stranger's key under a name of its own", "no such key",
                Mint.token(header: #"{"alg":"ES256","kid":"evil","jwk":\#(strangerKey)}"#, .strangerES256)),
            Forgery(
                "a stranger's set of keys", "signature",
                Mint.token(header: #"{"alg":"ES256","kid":"p256","jku":"https://evil.example/jwks"}"#, .strangerES256)),
            Forgery(
                "a stranger's certificate by URL", "signature",
                Mint.token(header: #"{"alg":"ES256","kid":"p256","x5u":"https://evil.example/x"}"#, .strangerES256)),
            Forgery("a stranger's certificate", "signature", Mint.token(header: #"{"alg":"ES256","kid":"p256","x5c":["MIIB"]}"#, .strangerES256)),
            Forgery("a stranger's Ed25519 key", "signature", Mint.token(header: #"{"alg":"EdDSA","kid":"ed"}"#, .strangerEdDSA)),
        ]

    private static let strangerKey = Mint.ec("p256", "P-256", Mint.strangerP256.publicKey.x963Representation)

    // MARK: - The signature

    private static let signatures: [Forgery] = [
        Forgery("claims of another token", "signature", spliced(claims: Mint.claims([("sub", "\"admin\"")]))),
        Forgery("a header of another token", "signature", spliced(header: #"{"alg":"ES256","kid":"p256","x":1}"#)),
        Forgery("a signature that is cut", "signature", resigned { Array($0.dropLast()) }),
        Forgery("a signature with a byte more", "signature", resigned { $0 + [0] }),
        Forgery("a signature with a bit turned", "signature", resigned { [$0[0] ^ 1] + $0.dropFirst() }),
        Forgery("half of a signature", "signature", resigned { Array($0.prefix(32)) }),
        Forgery("an ECDSA signature in DER", "signature", Mint.token(header: es256, .bytes(derSignature))),
        Forgery("r and s are zero", "signature", Mint.token(header: es256, .bytes([UInt8](repeating: 0, count: 64)))),
        Forgery("r and s are the order", "signature", Mint.token(header: es256, .bytes(order + order))),
        Forgery(
            "r and s are zero on P-384", "signature",
            Mint.token(header: #"{"alg":"ES384","kid":"p384"}"#, .bytes([UInt8](repeating: 0, count: 96)))),
        Forgery(
            "an Ed25519 signature of zeros", "signature",
            Mint.token(header: #"{"alg":"EdDSA","kid":"ed"}"#, .bytes([UInt8](repeating: 0, count: 64)))),
        Forgery(
            "an RSA signature of zeros", "signature", Mint.token(header: #"{"alg":"RS256","kid":"rsa"}"#, .bytes([UInt8](repeating: 0, count: 256)))),
        Forgery(
            "an RSA signature of one", "signature",
            Mint.token(header: #"{"alg":"RS256","kid":"rsa"}"#, .bytes([UInt8](repeating: 0, count: 255) + [1]))),
        Forgery("an RSA signature that is cut", "signature", Mint.token(header: #"{"alg":"RS256","kid":"rsa"}"#, .bytes([1, 2, 3]))),
    ]

    /// A signature over one token in another one.
    private static func spliced(header: String = es256, claims: String = Mint.claims()) -> String {
        let signature = Mint.token().split(separator: ".")[2]
        return "\(Mint.text(header)).\(Mint.text(claims)).\(signature)"
    }

    private static func resigned(_ change: ([UInt8]) -> [UInt8]) -> String {
        let signed = Mint.text(es256) + "." + Mint.text(Mint.claims())
        return signed + "." + Mint.text(change(Mint.Signer.es256.sign(signed)))
    }

    private static let derSignature: [UInt8] = {
        let signed = Array((Mint.text(es256) + "." + Mint.text(Mint.claims())).utf8)
        return (try? Array(Mint.p256.signature(for: signed).derRepresentation)) ?? []
    }()

    /// Of P-256's group: SEC 2, section 2.4.2.
    private static let order: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E,
        0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ]

    // MARK: - The times

    private static let times: [Forgery] = [
        es("expired", "expired", [("exp", "\(Mint.now - 31)")]),
        es("expired long ago", "expired", [("exp", "0")]),
        es("expired before 1970", "expired", [("exp", "-1")]),
        es("no exp", "no expiry", [("exp", nil)]),
        es("exp is text", "number of seconds", [("exp", "\"\(Mint.now + 600)\"")]),
        es("exp is null", "number of seconds", [("exp", "null")]),
        es("exp is a list", "number of seconds", [("exp", "[\(Mint.now + 600)]")]),
        es("exp is beyond all numbers", "number of seconds", [("exp", "1e999")]),
        es("exp is beyond all calendars", "number of seconds", [("exp", "9e15")]),
        es("not yet valid", "not valid yet", [("nbf", "\(Mint.now + 31)")]),
        es("nbf is text", "number of seconds", [("nbf", "\"0\"")]),
        es("issued in the future", "in the future", [("iat", "\(Mint.now + 31)")]),
        es("iat is text", "number of seconds", [("iat", "\"now\"")]),
        es("lives for longer than is taken", "longer than is taken", [("exp", "\(Mint.now + 100_000)")]),
        es("lives for longer, and does not say since when", "longer than is taken", [("exp", "\(Mint.now + 100_000)"), ("iat", nil)]),
    ]

    // MARK: - Whose, and for whom

    private static let addressees: [Forgery] = [
        es("another audience", "audience", [("aud", "\"other\"")]),
        es("an audience that begins like ours", "audience", [("aud", "\"weir-admin\"")]),
        es("an audience in capitals", "audience", [("aud", "\"WEIR\"")]),
        es("no audience", "audience", [("aud", nil)]),
        es("an empty list of audiences", "audience", [("aud", "[]")]),
        es("a list of other audiences", "audience", [("aud", #"["a","b"]"#)]),
        es("a list in a list of audiences", "audience", [("aud", #"[["weir"]]"#)]),
        es("a list of audiences with a number", "audience", [("aud", #"["weir",1]"#)]),
        es("an audience that is an object", "audience", [("aud", #"{"weir":"weir"}"#)]),
        es("another issuer", "issuer", [("iss", "\"https://evil.example.com\"")]),
        es("an issuer with a slash more", "issuer", [("iss", "\"\(Mint.issuer)/\"")]),
        es("an issuer in capitals", "issuer", [("iss", "\"HTTPS://login.example.com\"")]),
        es("no issuer", "issuer", [("iss", nil)]),
        es("a list of issuers", "issuer", [("iss", "[\"\(Mint.issuer)\"]")]),
    ]

    // MARK: - The form

    private static let forms: [Forgery] = [
        Forgery("two parts with a dot behind", "no signature", Mint.token().split(separator: ".")[..<2].joined(separator: ".") + "."),
        Forgery("four parts", "three parts", Mint.token() + ".AAAA"),
        Forgery("five parts, as an encrypted token has", "three parts", Mint.token() + ".AAAA.AAAA"),
        Forgery("claims left out", "claims", detached()),
        Forgery("padding", "base64url", padded()),
        Forgery("a space inside", "base64url", Mint.token().replacing(".", with: " .", maxReplacements: 1)),
        Forgery("the other alphabet", "base64url", Mint.token(header: es256, .bytes([0xFB, 0xFF])).replacing("-_8", with: "+/8")),
        Forgery("unused bits that are set", "base64url", looseEnd()),
        Forgery("a header that is cut", "header", Mint.token(header: #"{"alg":"ES256","kid":"p256""#, .es256)),
        Forgery("a header with something behind", "header", Mint.token(header: es256 + "x", .es256)),
        Forgery("a header that names alg twice", "header", Mint.token(header: #"{"alg":"ES256","kid":"p256","alg":"none"}"#, .es256)),
        Forgery(
            "a header that names alg twice in disguise", "header", Mint.token(header: #"{"alg":"ES256","kid":"p256","al\u0067":"none"}"#, .es256)),
        Forgery("a header that names kid twice", "header", Mint.token(header: #"{"alg":"ES256","kid":"p256","kid":"ed"}"#, .es256)),
        Forgery("claims that name exp twice", "claims", duplicated(#""exp":9999999999"#)),
        Forgery("claims that name sub twice", "claims", duplicated(#""sub":"admin""#)),
        Forgery("claims that name iss twice in disguise", "claims", duplicated(#""i\u0073s":"https://evil.example.com""#)),
        Forgery("claims that are a list", "claims", Mint.token(header: es256, claims: "[\(Mint.claims())]", .es256)),
        Forgery("claims that are text", "claims", Mint.token(header: es256, claims: "\"weir\"", .es256)),
        Forgery("claims with something behind", "claims", Mint.token(header: es256, claims: Mint.claims() + "{}", .es256)),
        Forgery("claims with half of a character", "claims", Mint.token(header: es256, claims: Mint.claims([("x", #""\ud800""#)]), .es256)),
        Forgery(
            "claims a hundred deep", "claims",
            Mint.token([("x", String(repeating: "[", count: 100) + String(repeating: "]", count: 100))])),
        Forgery("claims with 5,000 values", "claims", Mint.token([("x", "[" + String(repeating: "1,", count: 5000) + "1]")])),
        Forgery("a token of 20 KB", "longer than", Mint.token([("x", "\"\(String(repeating: "x", count: 15_000))\"")])),
        Forgery("crit", "extension", Mint.token(header: #"{"alg":"ES256","kid":"p256","crit":["exp"]}"#, .es256)),
        Forgery("an empty crit", "extension", Mint.token(header: #"{"alg":"ES256","kid":"p256","crit":[]}"#, .es256)),
        Forgery("claims that are not encoded", "extension", Mint.token(header: #"{"alg":"ES256","kid":"p256","b64":false}"#, .es256)),
        Forgery("a token in a token", "another token inside", Mint.token(header: #"{"alg":"ES256","kid":"p256","cty":"JWT"}"#, .es256)),
        Forgery("a logout token", "another kind", Mint.token(header: #"{"alg":"ES256","kid":"p256","typ":"logout+jwt"}"#, .es256)),
        Forgery("a proof of possession", "another kind", Mint.token(header: #"{"alg":"ES256","kid":"p256","typ":"dpop+jwt"}"#, .es256)),
        Forgery("typ is a number", "another kind", Mint.token(header: #"{"alg":"ES256","kid":"p256","typ":1}"#, .es256)),
    ]

    private static func detached() -> String {
        let parts = Mint.token().split(separator: ".")
        return "\(parts[0])..\(parts[2])"
    }

    private static func padded() -> String {
        let signed = Mint.text(es256) + "." + Mint.text(Mint.claims())
        return signed + "." + Mint.text(Mint.Signer.es256.sign(signed)) + "=="
    }

    /// 64 bytes leave four bits of the last letter unused: the letter after it means the same bytes to a careless reader.
    private static func looseEnd() -> String {
        let token = Mint.token()
        let next: Character =
            switch token.last {
            case "A": "B"
            case "Q": "R"
            case "g": "h"
            default: "x"
            }
        return token.dropLast() + String(next)
    }

    private static func duplicated(_ member: String) -> String {
        Mint.token(header: es256, claims: Mint.claims().dropLast() + "," + member + "}", .es256)
    }

    // MARK: - The name

    private static let names: [Forgery] = [
        es("no sub", "claim sub", [("sub", nil)]),
        es("an empty sub", "claim sub", [("sub", "\"\"")]),
        es("sub is an object", "claim sub", [("sub", "{}")]),
        es("sub is true", "claim sub", [("sub", "true")]),
        es("sub with a line end", "claim sub", [("sub", #""alice\nadmin""#)]),
        es("sub with a space", "claim sub", [("sub", #""alice ""#)]),
        es("sub in letters that look like others", "claim sub", [("sub", "\"\u{430}lice\"")]),
        es("sub of 300 letters", "claim sub", [("sub", "\"\(String(repeating: "a", count: 300))\"")]),
    ]
}
