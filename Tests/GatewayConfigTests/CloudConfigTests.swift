import GatewayConfig
import Testing

@Suite("A provider in a cloud")
struct CloudConfigTests {
    private func provider(_ text: String) throws -> ProviderConfig {
        let file = """
            version: 1
            providers: { p: { \(text) } }
            routes: [{ name: all, authn: { anonymous: true }, upstream: { provider: p } }]
            """
        let loaded = try Fixtures.read(file)
        #expect(loaded.warnings.filter { !$0.message.contains("written into") } == [])
        return try #require(loaded.configuration.providers.first)
    }

    private func url(_ provider: ProviderConfig) -> String? {
        if case .http(let url) = provider.endpoint { return url.description }
        return nil
    }

    @Test(arguments: [
        ("europe-west4", "https://europe-west4-aiplatform.googleapis.com"), ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
    ])
    func `of Google's is where its location says`(location: String, url: String) throws {
        #expect(self.url(try provider("dialect: vertex, project: acme, location: \(location)")) == url)
    }

    @Test(arguments: [
        ("eu-central-1", "https://bedrock-runtime.eu-central-1.amazonaws.com"), ("cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"),
    ])
    func `of Amazon's is where its region says`(region: String, url: String) throws {
        #expect(self.url(try provider("dialect: bedrock, region: \(region), key: \"${env:A_KEY}\"")) == url)
    }

    @Test func `of Google's has the pod's identity unless the file names another or a key`() throws {
        let base = "dialect: vertex, project: acme, location: global"
        guard case .vertex(let plain) = try provider(base).cloud, case .vertex(let keyed) = try provider(base + ", key: \"${env:A_KEY}\"").cloud,
            case .vertex(let token) = try provider(base + ", credentials: { token: \"${env:A_KEY}\" }").cloud
        else { return #expect(Bool(false), "no Vertex") }

        guard case .metadata(let address) = plain.credential else { return #expect(Bool(false), "no pod's identity") }
        #expect(address.description == "http://metadata.google.internal")
        #expect(keyed.credential == nil)
        #expect(token.credential == .token(Secret(Fixtures.secret)))
    }

    @Test func `of Azure's is asked by the v1 API unless the file names a version`() throws {
        let base = "dialect: azure, url: https://r.openai.azure.com, key: \"${env:A_KEY}\""
        #expect(try provider(base).cloud == (try provider(base + "").cloud))
        guard case .azure(let v1) = try provider(base).cloud, case .azure(let dated) = try provider(base + ", api_version: 2024-10-21").cloud,
            case .azure(let preview) = try provider(base + ", api_version: preview").cloud
        else { return #expect(Bool(false), "no Azure") }

        #expect(v1.surface == .v1(version: nil) && dated.surface == .dated(version: "2024-10-21") && preview.surface == .v1(version: "preview"))
    }

    @Test func `never shows its credentials`() throws {
        let provider = try provider("dialect: bedrock, region: eu-central-1, credentials: { access_key: AKIAXYZ, secret_key: \"${env:A_KEY}\" }")

        #expect(!"\(provider)".contains(Fixtures.secret) && !"\(provider)".contains("AKIAXYZ"))
    }
}
