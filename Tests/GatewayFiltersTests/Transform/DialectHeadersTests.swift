import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The head of a request, by the provider's dialect")
struct DialectHeadersTests {
    private let credentials = [
        ("authorization", "Bearer client-key"), ("x-api-key", "client-key"), ("api-key", "client-key"), ("x-goog-api-key", "client-key"),
    ]
    private let names: [Dialect: String] = [.openai: "authorization", .anthropic: "x-api-key", .gemini: "x-goog-api-key"]

    private func fields(
        to provider: Provider, from format: ChatFormat = .openAIChat, _ headers: [(String, String)] = [],
        _ transform: HeaderTransform = HeaderTransform()
    ) throws -> [HeaderField] {
        transform.fields(for: try .greeting(from: format, headers: headers), to: provider)
    }

    @Test(arguments: ChatFormat.clients, Dialect.allCases)
    func `has the provider's key where its dialect has it, and none of the client's`(client: ChatFormat, provider: Dialect) throws {
        let fields = try fields(to: .speaking(provider), from: client, credentials, HeaderTransform(pass: credentials.map(\.0)))

        let carrying = fields.filter { names.values.contains($0.name) || $0.name == "api-key" }
        let name = try #require(names[provider])
        #expect(carrying == [HeaderField(name, provider == .openai ? "Bearer provider-key" : "provider-key")])
        #expect(!fields.contains { $0.value.contains("client-key") })
    }

    @Test func `may have the key in another field of the file's`() throws {
        let provider = Provider(
            name: "azure", endpoint: UpstreamEndpoint(provider: "azure", url: "https://a.example"), headers: [HeaderField("api-key", "azure-key")])

        let fields = try fields(to: provider, from: .anthropic, credentials)

        #expect(fields.first("api-key") == "azure-key")
        #expect(!fields.contains { $0.value.contains("client-key") })
    }

    @Test func `has a version of Anthropic's API: the file's, else the client's, else the one that most models know`() throws {
        let client = [("anthropic-version", "2026-10-21")]
        let own = Provider.speaking(.anthropic, headers: [HeaderField("anthropic-version", "2027-01-01")])

        #expect(try fields(to: .speaking(.anthropic)).first("anthropic-version") == "2023-06-01")
        #expect(try fields(to: .speaking(.anthropic), from: .anthropic, client).first("anthropic-version") == "2026-10-21")
        #expect(try fields(to: own, from: .anthropic, client).first("anthropic-version") == "2027-01-01")
        let set = HeaderTransform(set: [HeaderField("anthropic-version", "2028-01-01")])
        #expect(try fields(to: own, from: .anthropic, client, set).filter { $0.name == "anthropic-version" }.map(\.value) == ["2028-01-01"])
    }

    @Test(arguments: [Dialect.openai, .gemini]) func `has no version of Anthropic's API elsewhere`(_ dialect: Dialect) throws {
        let client = [("anthropic-version", "2026-10-21"), ("anthropic-beta", "a,b"), ("anthropic-beta", "c"), ("idempotency-key", "k")]

        let fields = try fields(to: .speaking(dialect), from: .anthropic, client)

        #expect(!fields.contains { $0.name.hasPrefix("anthropic-") })
        #expect(fields.first("idempotency-key") == "k")
    }

    @Test func `has a dialect's own fields at providers of that dialect, untouched`() throws {
        let client = [("anthropic-beta", "context-1m-2025-08-07"), ("anthropic-beta", "x"), ("openai-beta", "assistants=v2")]

        let anthropic = try fields(to: .speaking(.anthropic), from: .anthropic, client)
        let openai = try fields(to: .speaking(.openai), from: .openAIChat, client)

        #expect(anthropic.first("anthropic-beta") == "context-1m-2025-08-07, x")
        #expect(anthropic.first("openai-beta") == nil)
        #expect(openai.first("openai-beta") == "assistants=v2")
        #expect(openai.first("anthropic-beta") == nil)
    }

    @Test func `is short whoever asks: nothing that the provider does not need`() throws {
        let noise = [
            ("user-agent", "Anthropic/Python"), ("accept", "application/json"), ("x-stainless-lang", "python"), ("x-goog-api-client", "genai"),
            ("accept-encoding", "gzip"), ("x-app", "cli"), ("anthropic-dangerous-direct-browser-access", "true"),
        ]
        for client in ChatFormat.clients {
            let names = try fields(to: .speaking(.gemini), from: client, noise).map(\.name)

            #expect(names == ["content-type", "x-goog-api-key", "user-agent", "traceparent"])
        }
    }

    @Test func `says JSON, since that is what the gateway has written`() throws {
        let exchange = try Exchange.greeting(from: .anthropic, headers: [("content-type", "text/plain")])

        let fields = HeaderTransform().fields(for: exchange, to: .speaking(.openai))

        #expect(fields.filter { $0.name == "content-type" }.map(\.value) == ["application/json"])
    }
}
