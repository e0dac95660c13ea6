import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Streams written for clients of OpenAI chat completions")
struct OpenAIChatStreamWriterTests {
    private static let head = #"data: {"id":"chatcmpl-seed1234","object":"chat.completion.chunk","created":1700000000,"model":"claude","choices":["#

    private func text(_ chunks: [BodyChunk]) -> String { String(decoding: chunks.flatMap(\.bytes), as: UTF8.self) }

    /// A chunk with this delta.
    private func chunk(_ delta: String, reason: String = "null") -> String {
        Self.head + #"{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(reason)}]}"# + "\n\n"
    }

    private let start = ChatEvent.start(id: "msg_1", model: "claude", usage: Usage(input: 9, output: 1))

    @Test func `are byte for byte what the format says`() {
        let chunks = ChatCompletions.written([
            start, .ping, .begin(.text), .delta("a\n"), .end, .begin(.call(id: "toolu_1", name: "f")), .delta(#"{"x":"#), .delta("1}"),
            .seal(ChatSeal(.thought, "c2ln")), .end, .begin(.call(id: "toolu_2", name: "g")), .end,
            .usage(Usage(input: 9, output: 5, cachedInput: 4)), .stop(.calls), .finish,
        ])

        let expected =
            chunk(#"{"role":"assistant","content":""}"#) + ": keep-alive\n\n" + chunk(#"{"content":"a\n"}"#)
            + chunk(#"{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"g","arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#) + chunk("{}", reason: #""tool_calls""#) + Self.head
            + #"],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4,"#
            + #""cache_write_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}}"#
            + "\n\ndata: [DONE]\n\n"
        #expect(text(chunks) == expected)
        #expect(chunks.filter(\.isUsageOnly).count == 1)
        #expect(chunks.dropLast().last?.isUsageOnly == true)
    }

    @Test func `write the absence of counts into every chunk where they were asked for`() {
        var facts = ChatCompletions.facts
        facts.wantsUsageEvent = true

        let chunks = ChatCompletions.written([start, .begin(.text), .delta("a"), .end, .stop(.finished), .finish], for: facts)

        #expect(
            chunks.dropLast(2).allSatisfy {
                text([$0]).hasSuffix(#""finish_reason":null}],"usage":null}"# + "\n\n") || text([$0]).contains(#""stop"}],"usage":null}"#)
            })
        #expect(text([chunks[chunks.count - 2]]).contains(#""choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10"#))
    }

    @Test func `count nothing that nobody counted, and name the client's model where the provider names none`() {
        let chunks = ChatCompletions.written([.start(id: nil, model: nil, usage: nil), .stop(.length), .finish])

        #expect(chunks.filter(\.isUsageOnly).isEmpty)
        #expect(text(chunks).contains(#""model":"client-model""#))
        #expect(text(chunks).hasSuffix(#""finish_reason":"length"}]}"# + "\n\ndata: [DONE]\n\n"))
    }

    @Test func `show thoughts and refusals`() {
        let chunks = ChatCompletions.written([start, .begin(.thinking), .delta("Hm"), .end, .begin(.refusal), .delta("No."), .end])

        #expect(text(Array(chunks.dropFirst())) == chunk(#"{"reasoning_content":"Hm"}"#) + chunk(#"{"refusal":"No."}"#))
    }

    @Test func `keep thoughts from clients that may not see them`() {
        var facts = ChatCompletions.facts
        facts.showsThoughts = false

        let chunks = ChatCompletions.written(
            [start, .begin(.thinking), .delta("Hm"), .seal(ChatSeal(.signature, "s")), .end, .stop(.finished)], for: facts)

        #expect(chunks.count == 2)
        #expect(!text(chunks).contains("Hm") && !text(chunks).contains("extra_content"))
    }

    @Test func `hold the seal of the thoughts in front of the reason to stop`() throws {
        let seal = ChatSeal(.signature, "EqQB")
        let chunks = ChatCompletions.written([
            start, .begin(.thinking), .delta("Hm"), .seal(seal), .end, .begin(.text), .delta("a"), .end, .stop(.finished), .finish,
        ])

        #expect(
            text(chunks).contains(
                chunk(#"{"extra_content":{"google":{"thought_signature":"\#(seal.envelope)"}}}"#) + chunk("{}", reason: #""stop""#)))
    }

    @Test func `write no error and no end for a stream that broke off`() {
        let chunks = ChatCompletions.written([start, .begin(.text), .delta("a"), .failure(ChatFault(reason: "x."))])

        #expect(text(chunks) == chunk(#"{"role":"assistant","content":""}"#) + chunk(#"{"content":"a"}"#))
    }
}

/// Any answer that events can tell.
private struct RandomAnswer {
    private(set) var events: [ChatEvent] = []
    private var random: ChatRandom

    init(seed: UInt64) {
        random = ChatRandom(seed: seed)
        events.append(.start(id: pick(["x", nil]), model: pick(["m", nil]), usage: pick([Usage(input: 3, output: 1), nil])))
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            part()
            between()
        }
        events.append(.stop(pick([.finished, .calls, .length, .filtered, .sequence("x")])))
        between()
        events.append(.finish)
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }  // given by the callers above and below

    private mutating func between() {
        if Bool.random(using: &random) { events.append(pick([.ping, .usage(Usage(input: 5, output: 2, cachedInput: 1))])) }
    }

    private mutating func part() {
        let start: ChatPartStart = pick([.text, .refusal, .thinking, .call(id: "call_\(events.count)", name: "f")])
        events.append(.begin(start))
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            events.append(.delta(pick(["a", "\"", "\u{2028}\n", "é🙂", "data: x\r\n\r\n"])))
            between()
        }
        switch start {
        case .thinking: if Bool.random(using: &random) { events.append(.seal(ChatSeal(pick([.thought, .signature, .encrypted]), "s"))) }
        case .call: if Bool.random(using: &random) { events.append(.seal(ChatSeal(.thought, "s"))) }
        case .text, .refusal: break
        }
        events.append(.end)
    }
}

@Suite("Any stream written for clients of OpenAI chat completions")
struct OpenAIChatAnyStreamTests {
    @Test(arguments: [true, false], [true, false])
    func `keeps the grammar of chunks and loses no word`(_ wantsUsageEvent: Bool, _ showsThoughts: Bool) throws {
        let facts = ChatAnswerFacts(
            seed: "seed1234", created: 1, model: "client-model", wantsUsageEvent: wantsUsageEvent, showsThoughts: showsThoughts)
        for seed in 0..<500 as Range<UInt64> {
            let events = RandomAnswer(seed: seed).events
            #expect(grammarFault(events) == nil)

            let chunks = ChatCompletions.written(events, for: facts)

            #expect(try ChatChunkGrammar.fault(chunks) == nil, "seed \(seed)")
            try checkWords(events, chunks, facts)
        }
    }

    /// Reads the written stream in the plainest way there is.
    private func checkWords(_ events: [ChatEvent], _ chunks: [BodyChunk], _ facts: ChatAnswerFacts) throws {
        var expected = ChatEventTally(events)
        var written = ChatEventTally([])
        let data = try ChatCompletions.sseEvents(chunks.flatMap(\.bytes)).filter(\.hasData).map { Array($0.data) }
        for chunk in try data.dropLast().map({ try JSONValue(parsing: $0) }) {
            let delta = chunk["choices"]?[0]?["delta"]
            written.text += delta?["content"]?.string ?? ""
            written.refusal += delta?["refusal"]?.string ?? ""
            written.thoughts += delta?["reasoning_content"]?.string ?? ""
            guard let call = delta?["tool_calls"]?[0] else { continue }
            if let id = call["id"]?.string { written.calls.append(ChatCall(id: id, name: call["function"]?["name"]?.string ?? "", arguments: "")) }
            written.calls[written.calls.count - 1].arguments += call["function"]?["arguments"]?.string ?? ""
        }

        for index in expected.calls.indices where expected.calls[index].arguments.isEmpty { expected.calls[index].arguments = "{}" }
        #expect(written.text == expected.text)
        #expect(written.refusal == expected.refusal)
        #expect(written.thoughts == (facts.showsThoughts ? expected.thoughts : ""))
        #expect(written.calls.map(\.id) == expected.calls.map(\.id))
        #expect(written.calls.map(\.arguments) == expected.calls.map(\.arguments))
        #expect(data.last.map { String(decoding: $0, as: UTF8.self) } == "[DONE]")
    }
}
