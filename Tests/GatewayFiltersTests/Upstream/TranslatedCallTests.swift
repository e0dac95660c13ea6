import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("A provider's answer in another format")
struct TranslatedCallTests {
    private let worker = FakeWorker()

    /// The answer of a provider, as a client of `format` gets it.
    private func ask(
        _ dialect: Dialect, from format: ChatFormat, streaming: Bool = false, _ answer: FakeAnswer
    ) async throws -> (response: Response, exchange: Exchange) {
        worker.provider = { _, _ in answer }
        let exchange = try Exchange.greeting(from: format, streaming: streaming, on: worker)
        return (try await FallbackFilter.sample([.speaking(dialect)]).handle(exchange), exchange)
    }

    private func failure(
        _ dialect: Dialect, from format: ChatFormat, streaming: Bool = false, _ answer: FakeAnswer
    ) async throws -> GatewayError? {
        do { _ = try await ask(dialect, from: format, streaming: streaming, answer) } catch { return error as? GatewayError }
        return nil
    }

    private func json(_ response: Response) async throws -> JSONValue { try JSONValue(parsing: Array(try await response.read().utf8)) }

    @Test func `is written for the client, and its cost is noted`() async throws {
        let (response, exchange) = try await ask(.anthropic, from: .openAIChat, FakeAnswer(body: Sample.message))

        #expect(response.status == 200)
        #expect(response.headers.first("content-type") == "application/json")
        let body = try await json(response)
        #expect(body["object"] == "chat.completion")
        #expect(body["id"] == "chatcmpl-bbbbbbbbbbbbbbbb")
        #expect(body["created"] == 1_790_000_000)
        #expect(body["choices"]?[0]?["message"]?["content"] == "Hi")
        #expect(body["usage"]?["prompt_tokens"] == 12)
        #expect(exchange.record.usage == Usage(input: 12, output: 2, cachedInput: 5))
        var attempt = Attempt(provider: "anthropic", model: "target-model", status: 200)
        attempt.usage = exchange.record.usage
        #expect(exchange.record.attempts == [attempt])
        #expect(exchange.record.firstByteAt != nil)
    }

    @Test(arguments: ChatFormat.clients, [Dialect.openai, .anthropic, .gemini])
    func `says the same to every client`(client: ChatFormat, provider: Dialect) async throws {
        guard client.dialect != provider else { return }
        let bodies: [Dialect: String] = [.openai: Sample.answer, .anthropic: Sample.message, .gemini: Sample.generated]

        let answer = try #require(bodies[provider])
        let body = try await json(try await ask(provider, from: client, FakeAnswer(body: answer)).response)

        let text: JSONValue? =
            switch client {
            case .openAIChat: body["choices"]?[0]?["message"]?["content"]
            case .openAIResponses: body["output"]?[0]?["content"]?[0]?["text"]
            case .anthropic: body["content"]?[0]?["text"]
            case .gemini: body["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]
            case .bedrock: nil
            }
        #expect(text == "Hi")
    }

    @Test(
        arguments: [
            (Dialect.anthropic, #""citations":[{"type":"char_location","cited_text":"x"}],"text":"Hi""#, "citations"),
            (.anthropic, #""citations":[],"text":"Hi""#, nil), (.anthropic, #""citations":null,"text":"Hi""#, nil),
        ] as [(Dialect, String, String?)])
    func `names what the client's format has no place for`(_ provider: Dialect, _ part: String, _ dropped: String?) async throws {
        let body = Sample.message.replacing(#""text":"Hi""#, with: part)
        #expect(body != Sample.message)

        let exchange = try await ask(provider, from: .openAIChat, FakeAnswer(body: body)).exchange

        #expect(exchange.responseHeaders.first("x-weir-dropped") == dropped)
    }

    @Test func `is JSON whatever its provider calls it`() async throws {
        let answer = FakeAnswer(headers: [HeaderField("content-type", "text/plain; charset=utf-8")], body: Sample.message)

        #expect(try await ask(.anthropic, from: .openAIChat, answer).response.headers.first("content-type") == "application/json")
    }

    @Test(arguments: [String(Sample.message.dropLast(3)), "<html>", "", "{}", "[]", Sample.answer])
    func `is broken when it is not what its provider's format has`(_ body: String) async throws {
        guard case .upstreamBroken("anthropic", _) = try await failure(.anthropic, from: .openAIChat, FakeAnswer(body: body)) else {
            Issue.record("passed on: \(body)")
            return
        }
    }

    @Test func `that is an error with status 200 is one`() async throws {
        let body = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#

        let error = try await failure(.anthropic, from: .openAIChat, FakeAnswer(body: body))

        #expect(error == .upstreamErrorEvent(provider: "anthropic", status: 529, event: Array(body.utf8)))
    }

    @Test func `that the model broke off is no answer, so that others can be asked`() async throws {
        let body = #"{"candidates":[{"content":{"role":"model"},"finishReason":"MALFORMED_FUNCTION_CALL","index":0}]}"#

        guard case .upstreamBroken("gemini", _) = try await failure(.gemini, from: .anthropic, FakeAnswer(body: body)) else {
            Issue.record("passed on")
            return
        }
    }

    @Test func `that was held back is an answer all the same`() async throws {
        let answer = FakeAnswer(body: #"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}"#)

        let body = try await json(try await ask(.gemini, from: .anthropic, answer).response)

        #expect(body["stop_reason"] == "refusal")
        #expect(body["content"] == [])
        #expect(body["usage"]?["input_tokens"] == 4)
    }

    // MARK: - Not the form that was asked for

    @Test(arguments: ChatFormat.clients) func `is a stream for a client that asked for one, even if it came whole`(_ client: ChatFormat) async throws
    {
        let provider: Dialect = client.dialect == .anthropic ? .gemini : .anthropic
        let whole = FakeAnswer(body: provider == .gemini ? Sample.generated : Sample.message)

        let (response, exchange) = try await ask(provider, from: client, streaming: true, whole)

        #expect(response.body.isStream)
        #expect(response.headers.filter { $0.name == "content-type" }.map(\.value) == ["text/event-stream; charset=utf-8"])
        let text = try await response.read()
        #expect(text.contains("\"Hi\""))
        let ending: [ChatFormat: String] = [
            .openAIChat: "data: [DONE]", .openAIResponses: "event: response.completed", .anthropic: "event: message_stop",
            .gemini: #""finishReason":"STOP""#,
        ]
        let end = try #require(ending[client])
        #expect(text.contains(end))
        #expect(exchange.record.usage?.output == 2)
        #expect(exchange.record.attempts.map(\.error) == [nil])
    }

    @Test func `that came whole gives its place at the target back`() async throws {
        let target = try Target.speaking(.anthropic)
        worker.provider = { _, _ in FakeAnswer(body: Sample.message) }

        let response = try await FallbackFilter.sample([target]).handle(try .greeting(from: .gemini, streaming: true, on: worker))

        #expect(target.state.snapshot(now: worker.now).inFlight == 0)
        _ = try await response.read()
        #expect(target.state.snapshot(now: worker.now).failures == 0)
    }

    @Test(arguments: [ChatFormat.openAIChat, .gemini]) func `is broken when it is a stream that nobody asked for`(_ client: ChatFormat) async throws {
        let error = try await failure(.anthropic, from: client, FakeAnswer(stream: ["event: ping\ndata: {\"type\":\"ping\"}\n\n"]))

        #expect(error == .upstreamBroken(provider: "anthropic", reason: "it is a stream, which was not asked for."))
    }
}
