import Testing
import WebTokens

@Suite("A set of keys")
struct TokenKeySetTests {
    private static let all = TokenAlgorithm.allCases.filter { $0 != .hs256 }
    private static let n = "ALLzkpeaJlXMWmMhxzAzRwGFjh7CfEsBNMDxjXkpXIcJf5XJ1FM3AEiNs7hQbWVC2YFk6lEyVFW4mzuzlIlDOEw"
    /// The key of RFC 7515, section A.2.
    private static let rsa =
        #""kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB""#
    /// The key of RFC 7515, section A.3.
    private static let p256 =
        #""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#
    /// The key of RFC 8037, section A.2.
    private static let ed25519 = #""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#

    private static func set(_ keys: String..., for algorithms: [TokenAlgorithm] = all) throws(TokenKeySet.Problem) -> TokenKeySet {
        try TokenKeySet(jwks: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8), for: algorithms)
    }

    @Test func `binds each key to one algorithm`() throws {
        let set = try Self.set("{\(Self.rsa)}", "{\(Self.rsa),\"alg\":\"PS256\"}", "{\(Self.p256)}", "{\(Self.ed25519)}")

        #expect(set.keys.map(\.algorithm) == [.rs256, .ps256, .es256, .edDSA])
    }

    @Test func `gives a key that names none the first algorithm of the file that suits it`() throws {
        #expect(try Self.set("{\(Self.rsa)}", for: [.es256, .ps256, .rs512]).keys.map(\.algorithm) == [.ps256])
    }

    @Test(arguments: [
        "{}", "[]", "1", "\"x\"", "null", #"{"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}"#, "{\(rsa),\"use\":\"enc\"}",
        "{\(rsa),\"key_ops\":[\"sign\"]}", "{\(rsa),\"alg\":\"ES256\"}", "{\(rsa),\"alg\":\"none\"}", "{\(rsa),\"alg\":\"HS256\"}",
        "{\(rsa),\"alg\":1}", "{\(rsa),\"kid\":1}", #"{"kty":"RSA","n":"\#(n)","e":"AQAB"}"#, #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        #"{"kty":"RSA","e":"AQAB"}"#, "{\(p256.replacing("P-256", with: "P-384"))}", "{\(p256.replacing("P-256", with: "P-521"))}",
        "{\(p256.replacing("P-256", with: "secp256k1"))}", "{\(p256.replacing("x_FE", with: "x_FF"))}", "{\(p256.replacing("f83O", with: "f83O="))}",
        "{\(ed25519.replacing("Ed25519", with: "X25519"))}", "{\(ed25519.replacing("11qY", with: "qY"))}",
    ])
    func `passes over what tokens cannot be checked with`(key: String) throws {
        #expect(try Self.set(key, "{\(Self.ed25519)}").keys.map(\.algorithm) == [.edDSA])
        #expect(throws: TokenKeySet.Problem.nothingUsable) { try Self.set(key) }
    }

    @Test(
        arguments: [
            ("", .notJSON), ("{", .notJSON), ("{\"keys\":[],\"keys\":[]}", .notJSON), ("[]", .noList), ("{\"keys\":{}}", .noList),
            ("{\"keys\":[]}", .nothingUsable),
            ("{\"keys\":[" + String(repeating: "{},", count: 256) + "{}]}", .tooMany(keysMax: 256)),
            (String(repeating: "[", count: 10_000), .notJSON),
        ] as [(String, TokenKeySet.Problem)])
    func `that is none says what is wrong`(text: String, problem: TokenKeySet.Problem) {
        #expect(throws: problem) { try TokenKeySet(jwks: Array(text.utf8), for: Self.all) }
    }

    @Test func `reads public keys and certificates in PEM`() throws {
        let set = try TokenKeySet(pem: Self.pem + "a comment\n" + Self.certificate, for: Self.all)

        #expect(set.keys.map(\.algorithm) == [.es256, .es256])
        #expect(set.candidates(id: "whatever a token says", .es256).count == 2)
        #expect(set.candidates(id: nil, .es384).isEmpty)
    }

    @Test func `in PEM refuses what is no public key`() {
        for text in ["", "no block", Self.pem.replacing("PUBLIC", with: "PRIVATE"), Self.pem.replacing("MFkw", with: "MFkx")] {
            #expect(throws: TokenKeySet.Problem.self) { try TokenKeySet(pem: text, for: Self.all) }
        }
        #expect(throws: TokenKeySet.Problem.badPEM(number: 1)) { try TokenKeySet(pem: Self.pem, for: [.rs256]) }
    }

    @Test func `tries few keys where their names tell nothing`() throws {
        let set = try TokenKeySet(pem: String(repeating: Self.pem, count: 20), for: Self.all)

        #expect(set.candidates(id: nil, .es256).count == 8)
    }

    @Test func `is of a secret that is long enough`() {
        #expect(TokenKey(secret: Array(repeating: 1, count: 31)) == nil)
        #expect(TokenKey(secret: Array(repeating: 1, count: 32))?.algorithm == .hs256)
    }

    /// The example of RFC 7515, section A.3: made by somebody else.
    @Test func `checks the signature of the standard's own example`() throws {
        let text =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let token = try SignedToken(Array(text.utf8))

        #expect(token.isSigned(by: try Self.set("{\(Self.p256)}").keys))
        #expect(!token.isSigned(by: try Self.set("{\(Self.ed25519)}").keys))
    }

    private static let pem = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7OokVWrUgHUjt67E6BuMWj1maZ7v
        u+dsuqFfvkouLkWo3RwRhWj+Qs2RBA8TWu/cDnwdaEiM9e0eoalLb+PdKQ==
        -----END PUBLIC KEY-----

        """

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfTCCASOgAwIBAgIUaOTyJqc3yHOUZavjHnntwXTo4iowCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJd2Vpci10ZXN0MB4XDTI2MTEyNjAzMjk0NFoXDTM2MTEyMzAz
        Mjk0NFowFDESMBAGA1UEAwwJd2Vpci10ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAE7OokVWrUgHUjt67E6BuMWj1maZ7vu+dsuqFfvkouLkWo3RwRhWj+Qs2R
        BA8TWu/cDnwdaEiM9e0eoalLb+PdKaNTMFEwHQYDVR0OBBYEFHF+yTa52NexqJUG
        P80ZA26XtBcGMB8GA1UdIwQYMBaAFHF+yTa52NexqJUGP80ZA26XtBcGMA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgPdr4uuSBQQiQZ5LmxqvBiGRG
        exmBLRAOYFlDp1n2UbkCIQCZMDWxrkiYWLOv/LpOdKMU9WTsP+T4Mz3f78ftRfqy
        SQ==
        -----END CERTIFICATE-----

        """
}
