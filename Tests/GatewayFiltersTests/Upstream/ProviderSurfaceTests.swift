import GatewayConfig
import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A cloud's provider")
struct ProviderSurfaceTests {
    /// What of a client's request reaches the provider of a file.
    private func sent(
        _ provider: String, _ path: String, _ body: String, answer: String = "{}", model: String = "deployed", headers: [(String, String)] = []
    ) async throws -> UpstreamRequest {
        let file = """
            version: 1
            providers: { p: { \(provider) } }
            models: { fast: { targets: [{ provider: p, model: "\(model)" }] } }
            routes: [{ name: all, authn: { anonymous: true }, upstream: { provider: p, retry: { attempts: 0 } } }]
            """
        let configuration = try Configuration.read(Array(file.utf8), file: "gateway.yaml").configuration
        let catalog = UpstreamCatalog(configuration, states: TargetStateTable(), demoURL: "")
        let filter = try catalog.filter(for: configuration.routes[0])
        let worker = FakeWorker { _, _ in FakeAnswer(body: answer) }
        _ = try? await filter.handle(try Exchange.asking(path, body, on: worker, headers: headers))
        return try #require(worker.sent.first, "nothing was sent")
    }

    private static let chat = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#
    private static let messages = #"{"model":"fast","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#
    private static let gemini = #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
    private static let azure = "dialect: azure, url: \"https://res.openai.azure.com\", key: azure-key"
    private static let vertex = "dialect: vertex, project: acme, location: europe-west4, credentials: { token: ya29.x }"
    private static let bedrock =
        "dialect: bedrock, region: eu-central-1, credentials: { access_key: AKIDEXAMPLE, secret_key: secret-example }"

    @Test(arguments: [
        ("/v1/chat/completions", chat, "/deployments/deployed/chat/completions?api-version=2024-10-21"),
        ("/v1/embeddings", #"{"model":"fast","input":"x"}"#, "/deployments/deployed/embeddings?api-version=2024-10-21"),
        ("/v1/completions", #"{"model":"fast","prompt":"x"}"#, "/deployments/deployed/completions?api-version=2024-10-21"),
        ("/v1/responses", #"{"model":"fast","input":"x"}"#, "/responses?api-version=2024-10-21"),
        ("/v1/images/generations", #"{"model":"fast","prompt":"x"}"#, "/deployments/deployed/images/generations?api-version=2024-10-21"),
        ("/v1/messages", messages, "/deployments/deployed/chat/completions?api-version=2024-10-21"),
    ])
    func `of Azure's dated API has the deployment in the path where it belongs`(path: String, body: String, target: String) async throws {
        let request = try await sent(Self.azure + ", api_version: 2024-10-21", path, body)

        #expect(request.endpoint.url == "https://res.openai.azure.com/openai")
        #expect(request.path == target)
        #expect(request.headers.first("api-key") == "azure-key" && request.headers.first("authorization") == nil)
        #expect(request.json["model"] == "deployed")
    }

    @Test(arguments: ["https://res.openai.azure.com", "https://res.openai.azure.com/openai", "https://res.openai.azure.com/openai/v1"])
    func `of Azure's v1 API is asked as OpenAI is, however its address is given`(url: String) async throws {
        let request = try await sent("dialect: azure, url: \"\(url)\", key: k", "/v1/chat/completions", Self.chat)

        #expect(request.endpoint.url + request.path == "https://res.openai.azure.com/openai/v1/chat/completions")
        #expect(request.headers.first("api-key") == "k")
    }

    @Test func `of Azure's takes a token of Entra's instead of a key`() async throws {
        let request = try await sent(
            "dialect: azure, url: \"https://res.openai.azure.com\", api_version: preview, credentials: { token: eyJ0.x.y }", "/v1/responses",
            #"{"model":"fast","input":"x"}"#)

        #expect(request.headers.first("authorization") == "Bearer eyJ0.x.y" && request.headers.first("api-key") == nil)
        #expect(request.path == "/responses?api-version=preview")
    }

    @Test func `of Vertex AI's has project, location and publisher in its address`() async throws {
        let request = try await sent(Self.vertex, "/v1beta/models/fast:streamGenerateContent?alt=sse", Self.gemini, model: "gemini-2.5-flash")

        #expect(
            request.endpoint.url == "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west4/publishers/google")
        #expect(request.path == "/models/gemini-2.5-flash:streamGenerateContent?alt=sse")
        #expect(request.headers.first("authorization") == "Bearer ya29.x")
        #expect(request.text == Self.gemini)
    }

    @Test func `of Claude on Vertex AI has the model in the path, the version in the body, and the rest as it came`() async throws {
        let body = #"{"model": "fast", "max_tokens":9, "new_field": 1.50, "messages":[{"role":"user","content":"Hi"}]}"#
        let request = try await sent(
            Self.vertex + ", publisher: anthropic", "/v1/messages", body, model: "claude-sonnet-4-5@20250929",
            headers: [("anthropic-version", "2023-06-01"), ("anthropic-beta", "context-1m")])

        #expect(request.path == "/models/claude-sonnet-4-5@20250929:rawPredict")
        #expect(request.json["model"] == nil && request.json["anthropic_version"] == "vertex-2023-10-16")
        #expect(request.text.contains(#""new_field": 1.50"#))
        #expect(request.headers.first("anthropic-beta") == "context-1m" && request.headers.first("authorization") == "Bearer ya29.x")
    }

    @Test func `of Claude on Vertex AI streams, counts and keeps a newer version`() async throws {
        let provider = Self.vertex + ", publisher: anthropic"
        let stream = Self.messages.dropLast() + #","stream":true}"#
        let streamed = try await sent(provider, "/v1/messages", String(stream), headers: [("anthropic-version", "2026-10-21")])
        let counted = try await sent(provider, "/v1/messages/count_tokens", Self.messages, answer: #"{"input_tokens":1}"#)
        let translated = try await sent(provider, "/v1/chat/completions", Self.chat)

        #expect(streamed.path == "/models/deployed:streamRawPredict" && streamed.json["anthropic_version"] == "2026-10-21")
        #expect(counted.path == "/models/count-tokens:rawPredict" && counted.json["model"] == "deployed")
        #expect(translated.path == "/models/deployed:rawPredict" && translated.json["model"] == nil)
    }

    @Test func `of Bedrock's is asked in Converse and signed`() async throws {
        let request = try await sent(Self.bedrock, "/v1/messages", Self.messages, model: "anthropic.claude-v1:0")

        #expect(request.endpoint.url + request.path == "https://bedrock-runtime.eu-central-1.amazonaws.com/model/anthropic.claude-v1%3A0/converse")
        #expect(request.headers.first("authorization")?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/") == true)
        #expect(request.json["messages"] == [["role": "user", "content": [["text": "Hi"]]]])
        #expect(request.headers.first("anthropic-version") == nil)
    }

    @Test func `of Bedrock's takes an API key instead`() async throws {
        let request = try await sent("dialect: bedrock, region: us-east-1, key: bedrock-api-key", "/v1/chat/completions", Self.chat)

        #expect(request.headers.first("authorization") == "Bearer bedrock-api-key" && request.headers.first("x-amz-date") == nil)
    }
}
