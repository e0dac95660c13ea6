import CryptoExtras
import GatewayConfig
import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A fetch of credentials")
struct TokenFetchTests {
    private static let server = TokenServer(provider: "vertex", url: "https://oauth2.example/token")

    private func account(_ key: _RSA.Signing.PrivateKey) throws -> GoogleServiceAccount {
        let file: JSONValue = [
            "type": "service_account", "client_email": "weir@project.iam.gserviceaccount.com", "private_key_id": "key-1",
            "private_key": .string(key.pemRepresentation), "token_uri": "https://oauth2.example/token",
        ]
        let yaml = """
            version: 1
            providers: { v: { dialect: vertex, project: p, location: l, credentials: { service_account: '\(String(decoding: file.written(), as: UTF8.self))' } } }
            routes: [{ name: all, authn: { anonymous: true }, upstream: { provider: v } }]
            """
        let loaded = try Configuration.read(Array(yaml.utf8), file: "gateway.yaml")
        guard case .vertex(let config) = loaded.configuration.providers[0].cloud, case .serviceAccount(let account) = config.credential else {
            preconditionFailure("the file has an account")
        }
        return account
    }

    private static func part(_ text: Substring) throws -> JSONValue {
        let plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : String($0) }.joined()
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        return try JSONValue(parsing: try #require(Base64.decoded(padded)))
    }

    @Test func `of Google's signs an assertion that Google can check, and exchanges it`() async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let worker = FakeWorker { _, _ in FakeAnswer(body: #"{"access_token":"ya29.secret","expires_in":3599,"token_type":"Bearer"}"#) }

        let fetched = try await GoogleTokens.fetch(try account(key), from: Self.server)(worker)

        #expect(fetched.value == "ya29.secret" && fetched.lifetime == .seconds(3599))
        let sent = try #require(worker.sent.first)
        #expect(sent.method == "POST" && sent.headers.first("content-type") == "application/x-www-form-urlencoded")
        let form = sent.text.split(separator: "&")
        #expect(form.first == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        let assertion = try #require(form.last?.dropFirst("assertion=".count))
        let parts = assertion.split(separator: ".")
        #expect(try Self.part(parts[0]) == ["alg": "RS256", "typ": "JWT", "kid": "key-1"])
        let claims = try Self.part(parts[1])
        #expect(claims["iss"] == "weir@project.iam.gserviceaccount.com" && claims["aud"] == "https://oauth2.example/token")
        #expect(claims["iat"] == 1_790_000_000 && claims["exp"] == 1_790_003_600)
        let letters = parts[2].map { $0 == "-" ? "+" : $0 == "_" ? "/" : String($0) }.joined()
        let signature = try #require(Base64.decoded(letters + String(repeating: "=", count: (4 - letters.utf8.count % 4) % 4)))
        let signed = Array((parts[0] + "." + parts[1]).utf8)
        #expect(key.publicKey.isValidSignature(.init(rawRepresentation: signature), for: signed, padding: .insecurePKCS1v1_5))
    }

    @Test func `of a pod's on GKE asks the metadata server as it wants to be asked`() async throws {
        let worker = FakeWorker { _, _ in FakeAnswer(body: #"{"access_token":"ya29.pod","expires_in":300}"#) }

        let fetched = try await GoogleTokens.fetchMetadata(from: TokenServer(provider: "vertex", url: "http://metadata.google.internal"))(worker)

        #expect(fetched.value == "ya29.pod")
        #expect(worker.sent[0].path == "/computeMetadata/v1/instance/service-accounts/default/token" && worker.sent[0].method == "GET")
        #expect(worker.sent[0].headers.first("metadata-flavor") == "Google")
    }

    @Test(arguments: [(400, true), (401, true), (403, true), (404, true), (429, false), (500, false), (503, false), (302, false)])
    func `that is refused is the gateway's own credential's fault, and one that fails is not`(status: Int, isRefusal: Bool) async {
        let worker = FakeWorker { _, _ in FakeAnswer(status: status, body: #"{"error":"invalid_grant","error_description":"secret"}"#) }
        let expected: GatewayError =
            isRefusal ? .upstreamFailed(UpstreamFailure(provider: "vertex", status: 401)) : .upstreamUnreachable(provider: "vertex")

        await #expect(throws: expected) { try await GoogleTokens.fetchMetadata(from: Self.server)(worker) }
    }

    @Test(arguments: ["{}", "[]", "<html>", #"{"access_token":"two words"}"#, #"{"access_token":"a\nb"}"#, #"{"access_token":""}"#])
    func `takes only what can be sent`(body: String) async {
        let worker = FakeWorker { _, _ in FakeAnswer(body: body) }

        await #expect(throws: Self.server.unreadable) { try await GoogleTokens.fetchMetadata(from: Self.server)(worker) }
    }

    @Test func `does not read an answer without end`() async {
        let worker = FakeWorker { _, _ in FakeAnswer(body: String(repeating: " ", count: 70_000)) }

        await #expect(throws: Self.server.unreadable) { try await GoogleTokens.fetchMetadata(from: Self.server)(worker) }
    }

    @Test func `of a task's on ECS reads keys and when they end`() async throws {
        let worker = FakeWorker { _, _ in
            FakeAnswer(body: #"{"AccessKeyId":"ASIA1","SecretAccessKey":"s3","Token":"t/+=","Expiration":"2026-09-21T13:35:00Z","RoleArn":"x"}"#)
        }

        let fetched = try await AWSKeysFetch.container(tokenFile: nil, from: Self.server)(worker)

        #expect(fetched.value == AWSSigningKeys(id: "ASIA1", secret: "s3", sessionToken: "t/+="))
        #expect(fetched.lifetime == .seconds(1_789_997_700 - 1_790_000_000 > 0 ? 1_789_997_700 - 1_790_000_000 : 1))
    }

    @Test func `of a pod's on EKS without its token is the gateway's own fault`() async {
        let worker = FakeWorker()
        let refused = GatewayError.upstreamFailed(UpstreamFailure(provider: "vertex", status: 401))

        await #expect(throws: refused) { try await AWSKeysFetch.container(tokenFile: "/nonexistent/token", from: Self.server)(worker) }
        #expect(worker.sent.isEmpty)
    }
}
