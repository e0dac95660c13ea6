import GatewayCore
import GatewayDialects
import JSONBytes
import MonotonicClock
import Testing

@testable import GatewayFilters

/// A stream of Anthropic's, read by clients of other formats.
@Suite("A streamed answer in another format")
struct TranslatedStreamTests {
    private let worker = FakeWorker()
    private let target: Target

    init() throws { target = try .speaking(.anthropic) }

    private enum Piece {
        static func event(_ name: String, _ members: String) -> String {
            "event: \(name)\ndata: {\"type\":\"\(name)\"\(members.isEmpty ? "" : ",")\(members)}\n\n"
        }

        static let start = event(
            "message_start",
            #""message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"#
                + #""usage":{"input_tokens":7,"output_tokens":1}}"#)
        static let ping = event("ping", "")
        static let block = event("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#)
        static let word = event("content_block_delta", #""index":0,"delta":{"type":"text_delta","text":"Hi"}"#)
        static let stop = event("content_block_stop", #""index":0"#)
        static let delta = event("message_delta", #""delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}"#)
        static let end = event("message_stop", "")
        static let error = event("error", #""error":{"type":"overloaded_error","message":"Overloaded"}"#)

        static let whole = [start, ping, block, word, stop, delta, end]
    }

    private func begin(
        _ pieces: [String], ending: GatewayError? = nil, for client: ChatFormat = .openAIChat
    ) async throws -> (source: any BodySource, answer: FakeAnswer, exchange: Exchange) {
        let answer = FakeAnswer(stream: pieces, ending: ending)
        worker.provider = { _, _ in answer }
        let exchange = try Exchange.greeting(from: client, streaming: true, on: worker)
        let response = try await FallbackFilter.sample([target]).handle(exchange)
        guard case .stream(let source) = response.body.content else { throw GatewayError.internalFailure(reason: "no stream.") }
        return (source, answer, exchange)
    }

    private func failure(_ pieces: [String], ending: GatewayError? = nil) async throws -> GatewayError? {
        do { _ = try await begin(pieces, ending: ending) } catch { return error as? GatewayError }
        return nil
    }

    private func rest(_ source: any BodySource) async throws -> String {
        var text = ""
        while let chunk = try await source.next() { text += String(decoding: chunk.bytes, as: UTF8.self) }
        return text
    }

    @Test func `is written event by event, with the token counts apart for those who did not ask`() async throws {
        let (source, _, exchange) = try await begin(Piece.whole)

        var chunks: [BodyChunk] = []
        while let chunk = try await source.next() { chunks.append(chunk) }

        let texts = chunks.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts.joined().components(of: "data: ").count == 5)  // role, word, reason, counts, end mark
        #expect(texts.first?.contains(#""role":"assistant""#) == true)
        #expect(texts.last == "data: [DONE]\n\n")
        #expect(chunks.map(\.isUsageOnly).filter { $0 }.count == 1)
        #expect(chunks.first { $0.isUsageOnly }.map { String(decoding: $0.bytes, as: UTF8.self).contains(#""prompt_tokens":7"#) } == true)
        #expect(exchange.record.usage == Usage(input: 7, output: 2))
        #expect(target.state.snapshot(now: worker.now).inFlight == 0)
    }

    @Test(arguments: [1, 2, 7, 64]) func `is the same however the provider's bytes are cut`(size: Int) async throws {
        let bytes = Array(Piece.whole.joined().utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { String(decoding: bytes[$0..<min(bytes.count, $0 + size)], as: UTF8.self) }

        for client in [ChatFormat.openAIChat, .openAIResponses, .gemini] {
            let cut = try await rest(try await begin(pieces, for: client).source)
            let whole = try await rest(try await begin([Piece.whole.joined()], for: client).source)

            #expect(cut == whole, "\(client)")
        }
    }

    @Test(arguments: [[Piece.error], [Piece.start, Piece.error], [Piece.start, Piece.ping, Piece.block, Piece.error]].map { $0.joined() })
    func `fails before anything is passed on if it starts with an error, so that others can be asked`(_ text: String) async throws {
        guard case .upstreamErrorEvent("anthropic", 529, _) = try await failure([text]) else {
            Issue.record("passed on")
            return
        }
    }

    @Test func `is asked for again after an error that came before the model said anything`() async throws {
        let answers = [FakeAnswer(stream: [Piece.start + Piece.error]), FakeAnswer(stream: Piece.whole)]
        worker.provider = { _, number in answers[number] }
        let exchange = try Exchange.greeting(from: .gemini, streaming: true, on: worker)

        let response = try await FallbackFilter.sample([target], policy: .sample(attempts: 1)).handle(exchange)

        #expect(try await response.read().contains(#""text":"Hi""#))
        #expect(exchange.record.retries == 1)
        #expect(exchange.record.attempts.map(\.error) == [.upstreamStatus, nil])
        #expect(answers[0].isCancelled)
    }

    @Test func `ends with an error in the client's dialect if that comes later`() async throws {
        for client in [ChatFormat.openAIChat, .openAIResponses, .gemini] {
            let (source, answer, exchange) = try await begin([Piece.start + Piece.block + Piece.word, Piece.error + Piece.end], for: client)

            _ = try await source.next()
            var caught: GatewayError?
            do { while try await source.next() != nil {} } catch { caught = error }

            let error = try #require(caught)
            let event = String(decoding: exchange.dialect.event(for: error, operation: exchange.operation), as: UTF8.self)
            #expect(event.contains("Overloaded"), "\(client)")
            switch client {
            case .openAIChat: #expect(event.hasPrefix(#"data: {"error":{"message":"Overloaded","type":"server_error""#))
            case .openAIResponses: #expect(event.hasPrefix("event: error\ndata: {\"type\":\"error\","))
            default: #expect(event.contains(#""error":{"code":503"#))
            }
            #expect(answer.isCancelled)
            #expect(exchange.record.attempts.last?.error == error.kind)
        }
    }

    @Test(arguments: 1..<Piece.whole.count) func `is cut where the provider's end mark is missing`(kept: Int) async throws {
        let pieces = Array(Piece.whole.prefix(kept))
        let cut = GatewayError.upstreamCut(provider: "anthropic")
        if kept < 4 {
            #expect(try await failure(pieces) == cut)
        } else {
            let (source, _, exchange) = try await begin(pieces)
            await #expect(throws: cut) { try await rest(source) }
            // The input is what the provider counted at once.
            #expect(exchange.record.usage?.input == 7)
            #expect(exchange.record.usage?.isComplete == false)
            #expect(target.state.snapshot(now: worker.now).failures == 1)
        }
    }

    @Test func `never ends as if it were whole where it was cut`() async throws {
        for client in [ChatFormat.openAIChat, .openAIResponses, .gemini] {
            let (source, _, _) = try await begin(Piece.whole.dropLast(), for: client)
            var text = ""
            do { while let chunk = try await source.next() { text += String(decoding: chunk.bytes, as: UTF8.self) } } catch {}

            for mark in ["[DONE]", "response.completed", "finishReason"] { #expect(!text.contains(mark), "\(client)") }
        }
    }

    @Test func `is broken by an event that is not JSON, or too long`() async throws {
        let garbage = "event: content_block_delta\ndata: {\"type\":\n\n"
        let (source, _, _) = try await begin([Piece.start + Piece.block + Piece.word, garbage])
        await #expect(throws: GatewayError.upstreamBroken(provider: "anthropic", reason: "an event of its stream is not JSON.")) {
            try await rest(source)
        }

        let long = Piece.word.replacing("Hi", with: String(repeating: "x", count: 1 << 21))
        let (other, _, _) = try await begin([Piece.start + Piece.block + Piece.word, long])
        await #expect(throws: GatewayError.upstreamBroken(provider: "anthropic", reason: "one event is too long.")) { try await rest(other) }
    }

    @Test func `does not mind what comes behind the end mark`() async throws {
        let (source, _, exchange) = try await begin(Piece.whole + [Piece.error], ending: .upstreamCut(provider: "anthropic"))

        #expect(try await rest(source).hasSuffix("data: [DONE]\n\n"))
        #expect(exchange.record.attempts.map(\.error) == [nil])
    }

    @Test func `is not kept alive by pings alone`() async throws {
        let answer = FakeAnswer(stream: [Piece.start + Piece.block + Piece.word] + Array(repeating: Piece.ping, count: 100))
        let slow = SlowAnswer(answer, each: .seconds(10), worker)
        let exchange = try Exchange.greeting(from: .openAIChat, streaming: true, on: worker)
        let plan = try AttemptPlan(exchange, to: target.provider)
        let form = AttemptAnswer(plan: plan, exchange: exchange, provider: target.provider, seals: ChatSeals())
        let stream = StreamedAnswer(slow, as: form, lease: target.state.begin(now: worker.now, ejection: nil), idle: .seconds(30))

        try await stream.begin(by: worker.now.advanced(by: .seconds(300)))

        let timedOut = GatewayError.upstreamTimedOut(provider: "anthropic", phase: .idle, afterMilliseconds: 30_000)
        await #expect(throws: timedOut) { try await rest(stream) }
    }

    @Test func `shows a sign of life to a client while the provider thinks`() async throws {
        let (source, _, _) = try await begin([Piece.start + Piece.block + Piece.word, Piece.ping, Piece.stop + Piece.delta + Piece.end])

        _ = try await source.next()

        #expect(try await source.next().map { String(decoding: $0.bytes, as: UTF8.self) } == ": keep-alive\n\n")
    }

    @Test func `ends its transfer when the client goes`() async throws {
        let (source, answer, exchange) = try await begin(Piece.whole)

        _ = try await source.next()
        await source.cancel()

        #expect(answer.isCancelled)
        #expect(exchange.record.attempts.map(\.error) == [.clientGone])
        #expect(exchange.record.usage?.input == 7)
    }

    @Test func `keeps what the client cannot bring back, for the caller who asked and for no one else`() async throws {
        let seals = ChatSeals()
        let calls = [
            Piece.start,
            Piece.event("content_block_start", #""index":0,"content_block":{"type":"thinking","thinking":""}"#),
            Piece.event("content_block_delta", #""index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}"#),
            Piece.event("content_block_delta", #""index":0,"delta":{"type":"signature_delta","signature":"SIG"}"#), Piece.stop,
            Piece.event("content_block_start", #""index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}"#),
            Piece.event("content_block_stop", #""index":1"#), Piece.delta.replacing("end_turn", with: "tool_use"), Piece.end,
        ]
        worker.provider = { _, _ in FakeAnswer(stream: calls) }
        let filter = FallbackFilter.sample([target], transform: RequestTransform(seals: seals))
        let exchange = try Exchange.greeting(from: .openAIChat, streaming: true, on: worker)
        exchange.caller = Caller(name: "shop")
        _ = try await filter.handle(exchange).read()

        let next = try Exchange.asking(
            "/v1/chat/completions",
            #"{"model":"fast","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"toolu_1","#
                + #""type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"a cat"}],"#
                + #""reasoning_effort":"low","tools":[{"type":"function","function":{"name":"look"}}]}"#)
        next.caller = Caller(name: "shop")
        let sent = try RequestTransform(seals: seals).request(for: next, to: target).json
        #expect(sent["messages"]?[1]?["content"]?[0] == ["type": "thinking", "thinking": "Hm", "signature": "SIG"])
        next.caller = Caller(name: "bank")
        let others = try RequestTransform(seals: seals).request(for: next, to: target).json
        #expect(others["messages"]?[1]?["content"]?[0]?["type"] == "tool_use")
    }
}

extension String {
    /// What stands between, before and behind `separator`.
    fileprivate func components(of separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: true) }
}
