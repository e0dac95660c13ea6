import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A count of tokens by a provider of another dialect")
struct CountPlanTests {
    private let worker = FakeWorker()
    private static let messages =
        #"{"model":"fast","system":"Be kind.","messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"f","input_schema":{"type":"object"}}]}"#
    private static let contents = #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"temperature":0.5}}"#

    private func ask(_ path: String, _ body: String, _ dialect: Dialect, _ answer: FakeAnswer) async throws -> (Response, JSONValue) {
        worker.provider = { _, _ in answer }
        let response = try await FallbackFilter.sample([.speaking(dialect)]).handle(try Exchange.asking(path, body, on: worker))
        return (response, try JSONValue(parsing: Array(try await response.read().utf8)))
    }

    @Test func `is asked of Gemini for Anthropic's clients`() async throws {
        let (response, body) = try await ask("/v1/messages/count_tokens", Self.messages, .gemini, FakeAnswer(body: #"{"totalTokens":31}"#))

        #expect(body == ["input_tokens": 31])
        #expect(response.headers.first("x-weir-estimate") == nil)
        let sent = try #require(worker.sent.first)
        #expect(sent.path == "/models/target-model:countTokens")
        let request = sent.json["generateContentRequest"]
        #expect(request?["model"] == "models/target-model")
        #expect(request?["contents"]?[0]?["parts"]?[0]?["text"] == "Hi")
        #expect(request?["systemInstruction"]?["parts"]?[0]?["text"] == "Be kind.")
        #expect(request?["tools"]?[0]?["functionDeclarations"]?[0]?["name"] == "f")
    }

    @Test(arguments: [contents, #"{"generateContentRequest":\#(contents)}"#])
    func `is asked of Anthropic for Gemini's clients`(asked: String) async throws {
        let (_, body) = try await ask("/v1beta/models/fast:countTokens", asked, .anthropic, FakeAnswer(body: #"{"input_tokens":12}"#))

        #expect(body == ["totalTokens": 12])
        let sent = try #require(worker.sent.first)
        #expect(sent.path == "/messages/count_tokens")
        #expect(sent.json["model"] == "target-model")
        #expect(sent.json["messages"]?[0]?["content"]?[0]?["text"] == "Hi")
        // Anthropic refuses what only an answer needs.
        #expect(sent.json["max_tokens"] == nil && sent.json["temperature"] == nil)
    }

    @Test(arguments: [404, 405, 501]) func `is reckoned where the provider does not count`(status: Int) async throws {
        let (response, body) = try await ask("/v1/messages/count_tokens", Self.messages, .gemini, .failed(status))

        #expect(response.headers.first("x-weir-estimate") == "true")
        #expect(try #require(body["input_tokens"]?.int) > 5)
    }

    @Test func `is reckoned where the request cannot be said to the provider`() async throws {
        let container = #"{"model":"fast","messages":[{"role":"user","content":[{"type":"container_upload","file_id":"f"}]}]}"#

        let (response, _) = try await ask("/v1/messages/count_tokens", container, .gemini, .good)

        #expect(response.headers.first("x-weir-estimate") == "true")
        #expect(worker.sent.isEmpty)
    }

    @Test func `fails as any other request does`() async throws {
        await #expect(throws: GatewayError.self) { _ = try await ask("/v1/messages/count_tokens", Self.messages, .gemini, .failed(500)) }
        await #expect(throws: GatewayError.self) { _ = try await ask("/v1/messages/count_tokens", Self.messages, .gemini, FakeAnswer(body: "{}")) }
    }
}
