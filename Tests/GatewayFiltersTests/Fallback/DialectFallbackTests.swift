import GatewayConfig
import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("Fallback across dialects")
struct DialectFallbackTests {
    private let answers: [String: @Sendable () -> FakeAnswer] = [
        "openai": { .good }, "anthropic": { FakeAnswer(body: Sample.message) }, "gemini": { FakeAnswer(body: Sample.generated) },
    ]

    private func filter(_ first: Dialect, _ second: Dialect, transform: RequestTransform = RequestTransform()) throws -> FallbackFilter {
        let spare = ServedModel(name: "spare", targets: [try .speaking(second, model: "spare-model")])
        return .sample(
            [try .speaking(first)], others: [spare], rules: [FallbackRule(on: Conditions([.any]), action: .model(spare))], transform: transform)
    }

    @Test(arguments: Dialect.allCases, Dialect.allCases)
    func `gives every client its own dialect's answer, from whichever provider it comes`(first: Dialect, second: Dialect) async throws {
        guard first != second else { return }
        let good = try #require(answers[second.rawValue])
        for client in ChatFormat.clients {
            let worker = FakeWorker([first.rawValue: [{ .failed(500) }], second.rawValue: [good]])
            let exchange = try Exchange.greeting(from: client, on: worker)

            let text = try await filter(first, second).handle(exchange).read()

            let shapes: [ChatFormat: String] = [
                .openAIChat: #""choices":["#, .openAIResponses: #""object":"response""#, .anthropic: #""type":"message""#,
                .gemini: #""candidates":["#,
            ]
            // The provider of the mock's OpenAI answers chat: a client of responses gets that by translation only.
            if client == .openAIResponses, second == .openai { continue }
            let shape = try #require(shapes[client])
            #expect(text.contains(shape), "\(client) \(first) \(second)")
            #expect(worker.asked == [first.rawValue, second.rawValue])
            #expect(worker.sent[1].path.contains("spare-model") || worker.sent[1].json["model"] == "spare-model")
            #expect(exchange.record.modelUsed == "spare-model")
            #expect(exchange.record.usage?.output == 2)
        }
    }

    @Test func `translates the client's own request anew, not what the first provider got`() async throws {
        let worker = FakeWorker(["anthropic": [{ .failed(529) }], "gemini": [{ FakeAnswer(body: Sample.generated) }]])
        let exchange = try Exchange.asking(
            "/v1/chat/completions", #"{"model":"fast","seed":9007199254740993,"messages":[{"role":"user","content":"Hi"}]}"#, on: worker)

        _ = try await filter(.anthropic, .gemini, transform: RequestTransform(lossy: .drop)).handle(exchange)

        #expect(worker.sent[0].json["seed"] == nil)
        #expect(worker.sent[1].text.contains(#""seed":9007199254740993"#))
        #expect(exchange.responseHeaders.isEmpty)
    }

    @Test func `takes no seal of one provider's to another, also where the conversation is passed on as it is`() async throws {
        let sealed = Sample.generated.replacing(#"{"text":"Hi"}"#, with: #"{"text":"Hi","thoughtSignature":"GEMINI"}"#)
        let worker = FakeWorker(["gemini": [{ FakeAnswer(body: sealed) }, { .failed(503) }], "anthropic": [{ FakeAnswer(body: Sample.message) }]])
        let first = try await filter(.gemini, .anthropic).handle(.greeting(from: .anthropic, on: worker)).read()
        let content = try #require(try JSONValue(parsing: Array(first.utf8))["content"])
        let said = String(decoding: content.written(), as: UTF8.self)
        let turns = #"{"role":"user","content":"Hi"},{"role":"assistant","content":\#(said)},{"role":"user","content":"And?"}"#
        let next = try Exchange.asking("/v1/messages", #"{"model":"fast","max_tokens":9,"messages":[\#(turns)]}"#, on: worker)

        _ = try await filter(.gemini, .anthropic).handle(next)

        #expect(content.array?.count == 2)
        #expect(worker.asked == ["gemini", "gemini", "anthropic"])
        #expect(worker.sent[1].text.contains(#""thoughtSignature":"GEMINI""#))
        #expect(worker.sent[2].json["messages"]?[1]?["content"] == [["type": "text", "text": "Hi"]])
    }

    @Test func `goes on after a stream that failed before its content`() async throws {
        let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n"
        let stream = "data: \(Sample.generated)\r\n\r\n"
        let worker = FakeWorker(["anthropic": [{ FakeAnswer(stream: [error]) }], "gemini": [{ FakeAnswer(stream: [stream]) }]])
        let exchange = try Exchange.greeting(from: .anthropic, streaming: true, on: worker)

        let text = try await filter(.anthropic, .gemini).handle(exchange).read()

        #expect(text.hasPrefix("event: message_start\n"))
        #expect(text.hasSuffix("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"))
        #expect(exchange.record.attempts.map(\.error) == [.upstreamStatus, nil])
    }

    @Test func `is left for what the first provider cannot be asked`() async throws {
        let worker = FakeWorker(answers.mapValues { [$0] })
        let exchange = try Exchange.asking("/v1/chat/completions", #"{"model":"fast","n":2,"messages":[{"role":"user","content":"Hi"}]}"#, on: worker)

        await #expect(throws: GatewayError.self) { _ = try await filter(.anthropic, .openai).handle(exchange) }
        #expect(worker.sent.isEmpty)
        #expect(exchange.record.attempts.isEmpty)
    }

    @Test func `never takes a request elsewhere that goes on with what one account keeps`() async throws {
        let worker = FakeWorker(["openai": [{ .failed(500) }], "anthropic": [{ FakeAnswer(body: Sample.message) }]])
        let exchange = try Exchange.asking("/v1/responses", #"{"model":"fast","input":"Hi","previous_response_id":"resp_1"}"#, on: worker)

        await #expect(throws: GatewayError.self) { _ = try await filter(.openai, .anthropic).handle(exchange) }
        #expect(worker.asked == ["openai"])
    }
}
