import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes
import Testing

@Suite("Streams for a Gemini client")
struct GeminiStreamWriterTests {
    private func parts(_ events: [ChatEvent], for facts: ChatAnswerFacts = GeminiSupport.facts) -> [JSONValue] {
        GeminiSupport.events(GeminiSupport.written([.start(id: "x", model: "m", usage: nil)] + events, for: facts))
            .compactMap { try? JSONValue(parsing: Array($0.data)) }.flatMap { $0["candidates"]?[0]?["content"]?["parts"]?.array ?? [] }
    }

    @Test func `have Google's shape, the counts in the last event`() {
        let bytes = GeminiSupport.written([
            .start(id: "chatcmpl-1", model: "m-1", usage: nil), .begin(.text), .delta("Hel"), .delta("lo"), .end, .stop(.finished),
            .usage(Usage(input: 3, output: 2)), .finish,
        ])

        let head = #"{"candidates":[{"content":{"parts":[{"text":"#
        let foot = #""modelVersion":"m-1","responseId":"seed12345"}"#
        #expect(
            GeminiSupport.text(bytes) == """
                data: \(head)"Hel"}],"role":"model"},"index":0}],\(foot)

                data: \(head)"lo"}],"role":"model"},"index":0}],\(foot)

                data: \(head)""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},\(foot)


                """)
    }

    @Test func `are a list where the client did not ask for events`() throws {
        let facts = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast", asArray: true)
        let events: [ChatEvent] = [
            .start(id: nil, model: nil, usage: nil), .begin(.text), .delta("a"), .delta("b"), .end, .stop(.length), .finish,
        ]
        let bytes = GeminiSupport.written(events, for: facts)

        let list = try #require(try JSONValue(parsing: bytes).array)
        let asEvents = GeminiSupport.events(GeminiSupport.written(events)).map { try? JSONValue(parsing: Array($0.data)) }
        #expect(list.map(Optional.some) == asEvents)
        #expect(GeminiSupport.text(bytes).hasPrefix("[{"))
        #expect(GeminiSupport.text(bytes).split(separator: ",\r\n{").count == 3)
        #expect(GeminiSupport.text(bytes).hasSuffix("}]"))
    }

    @Test func `hold calls whole`() {
        let parts = parts([
            .begin(.call(id: "c1", name: "f")), .delta(#"{"a"#), .delta(#"":"\u00e9"}"#), .seal(ChatSeal(.thought, "dGg=")), .end,
            .begin(.call(id: "c2", name: "g")), .delta("{}"), .end,
        ])

        #expect(
            parts == [
                ["functionCall": ["id": "c1", "name": "f", "args": ["a": "é"]], "thoughtSignature": "dGg="],
                ["functionCall": ["id": "c2", "name": "g", "args": .object([:])]],
            ])
    }

    @Test func `never hold a call whose arguments cannot be read, and say so at the end`() throws {
        let call: [ChatEvent] = [.start(id: nil, model: nil, usage: nil), .begin(.call(id: "c", name: "f")), .delta(#"{"a"#), .end]
        func reason(_ stop: ChatStop) throws -> String? {
            let events = GeminiSupport.events(GeminiSupport.written(call + [.stop(stop), .finish]))
            #expect(events.count == 1)
            return try JSONValue(parsing: Array(events[0].data))["candidates"]?[0]?["finishReason"]?.string
        }

        #expect(try reason(.calls) == "MALFORMED_FUNCTION_CALL")
        #expect(try reason(.length) == "MAX_TOKENS")
    }

    @Test func `show thoughts and bring their seal behind them`() {
        let seal = ChatSeal(.signature, "c2ln")
        let events: [ChatEvent] = [.begin(.thinking), .delta("hm"), .seal(seal), .end, .begin(.text), .delta("A"), .end]
        let hidden = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast", showsThoughts: false)
        let sealed: JSONValue = ["text": "", "thought": true, "thoughtSignature": .string(seal.envelope)]

        #expect(parts(events) == [["text": "hm", "thought": true], sealed, ["text": "A"]])
        #expect(parts(events, for: hidden) == [sealed, ["text": "A"]])
    }

    @Test func `say nothing for a sign of life, which Google's own client takes for a broken event`() {
        #expect(GeminiSupport.written([.start(id: nil, model: nil, usage: nil), .ping, .usage(Usage(input: 1, output: 1))]).isEmpty)
    }

    @Test func `keep the format's grammar whatever the answer is`() {
        var random = GeminiRandom(11)
        for index in 0..<3000 {
            let events = random.answer()
            let asArray = index % 2 == 0
            let facts = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast", showsThoughts: index % 3 > 0, asArray: asArray)

            let fault = grammarFault(events) ?? geminiStreamFault(GeminiSupport.written(events, for: facts), asArray: asArray)
            if fault != nil { #expect(fault == nil) }
        }
    }

    @Test func `are cut when the answer is: no reason to stop, no end of the list`() {
        let facts = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast", asArray: true)
        let events: [ChatEvent] = [.start(id: nil, model: nil, usage: nil), .begin(.text), .delta("a")]

        #expect(geminiStreamFault(GeminiSupport.written(events)) != nil)
        #expect(!GeminiSupport.text(GeminiSupport.written(events, for: facts)).hasSuffix("]"))
    }

    @Test(arguments: GeminiSupport.streams)
    func `say what a recorded stream said`(_ recording: Recording) {
        let events = GeminiSupport.read(GeminiSupport.events(recording.answer))

        let again = GeminiSupport.read(GeminiSupport.events(GeminiSupport.written(events)))

        #expect(said(again) == marked(said(events)))
    }

    /// With the mark that stands for no seal at the end of the first call, where that has none.
    private func marked(_ events: [ChatEvent]) -> [ChatEvent] {
        guard let call = events.firstIndex(where: { if case .begin(.call) = $0 { true } else { false } }),
            let end = events[call...].firstIndex(of: .end),
            !events[call..<end].contains(where: { if case .seal = $0 { true } else { false } })
        else { return events }
        var result = events
        result.insert(.seal(ChatSeal(.thought, "d2VpcjEubm9uZS4u")), at: end)
        return result
    }

    /// Everything but where one delta ends and the next begins, and when tokens were counted.
    private func said(_ events: [ChatEvent]) -> [ChatEvent] {
        var result: [ChatEvent] = []
        for event in events {
            switch (result.last, event) {
            case (_, .usage), (_, .start): break
            case (.delta(let before), .delta(let more)): result[result.count - 1] = .delta(before + more)
            default: result.append(event)
            }
        }
        return result
    }
}
