import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes
import Testing

@Suite("Streams of a Gemini provider")
struct GeminiStreamReaderTests {
    private func read(recording: String) -> [ChatEvent] { GeminiSupport.read(GeminiSupport.events(Recording.named(recording).answer)) }

    private func read(_ data: String...) -> [ChatEvent] { GeminiSupport.read(GeminiSupport.events(data)) }

    private func text(_ events: [ChatEvent], of start: ChatPartStart) -> String {
        var isOpen = false
        var text = ""
        for event in events {
            switch event {
            case .begin(start): isOpen = true
            case .end: isOpen = false
            case .delta(let delta) where isOpen: text += delta
            default: break
            }
        }
        return text
    }

    private func usage(_ events: [ChatEvent]) -> Usage? {
        events.reversed().lazy.compactMap { if case .usage(let usage) = $0 { usage } else { nil } }.first
    }

    private static func piece(_ parts: String, _ more: String = "") -> String {
        #"{"candidates":[{"content":{"parts":\#(parts),"role":"model"},"index":0\#(more)}]}"#
    }

    private static let stop = #","finishReason":"STOP""#

    @Test func `are read as recorded: thoughts, text, and a signature at the very end`() {
        let events = read(recording: "gemini-streamgeneratecontent-sse-02")

        #expect(events.first == .start(id: "eb-FapqKAZ36nsEP49ya-As", model: "gemini-3-flash-preview", usage: Usage(input: 44, output: 0)))
        let thoughts = text(events, of: .thinking)
        #expect(thoughts.hasPrefix("**Pondering Mirror Queries**\n\nI'm wrestling with the conundr"))
        #expect(thoughts.hasSuffix("– the future self might show pity, amusement, or warning.\n\n\n"))
        #expect(thoughts.utf8.count == 1466)
        let said = text(events, of: .text)
        #expect(said.hasPrefix("To see your future self in such a mirror, you must trap the entity in a **logical paradox**—a questi"))
        #expect(said.hasSuffix("the mirror \"wrong,\" simply by choosing to change their mind."))
        #expect(said.utf8.count == 2675)
        // The signature is not the thoughts': it comes behind the text.
        #expect(events.filter { $0 == .begin(.thinking) }.count == 2)
        guard case .seal(let seal) = events[events.count - 4] else { return GeminiSupport.wrong() }
        #expect(seal.kind == .thought)
        #expect(seal.data.hasPrefix("ErAhCq0hARFN"))
        #expect(seal.data.utf8.count == 5700)
        #expect(Array(events.suffix(3)) == [.end, .stop(.finished), .finish])
        #expect(usage(events) == Usage(input: 44, output: 1510, reasoning: 902))
    }

    @Test func `are read as recorded: one event`() {
        let usage = Usage(input: 8, output: 27, reasoning: 20)

        #expect(
            read(recording: "gemini-streamgeneratecontent-sse-03") == [
                .start(id: "6r6FarDODNmynsEP8cLCoQk", model: "gemini-2.5-flash", usage: Usage(input: 8, output: 0)), .begin(.text), .delta("1, 2, 3"),
                .usage(usage), .end, .stop(.finished), .finish,
            ])
    }

    @Test func `are read as recorded: a call without arguments, sealed`() {
        let events = read(recording: "gemini-streamgeneratecontent-sse-04")

        #expect(events[1] == .begin(.call(id: "call_seed12345", name: "best_language_to_learn")))
        #expect(events[2] == .delta("{}"))
        guard case .seal(let seal) = events[3] else { return GeminiSupport.wrong() }
        #expect(seal.data.hasPrefix("CmIBEU0yD5YE"))
        #expect(Array(events[4...]) == [.end, .usage(Usage(input: 48, output: 75, reasoning: 61)), .stop(.calls), .finish])
    }

    @Test(arguments: [
        ("gemini-streamgeneratecontent-sse-01", "best_language_to_learn", "{}", Usage(input: 120, output: 56, reasoning: 42)),
        ("gemini-streamgeneratecontent-sse-05", "weather", #"{"longitude":"2.3514","latitude":"48.8575"}"#, Usage(input: 238, output: 29)),
        (
            "vertex-streamgeneratecontent-sse-01", "weather", #"{"latitude":"48.8575","longitude":"2.3514"}"#,
            Usage(input: 174, output: 62, reasoning: 46)
        ),
    ])
    func `are read as recorded: a call behind other turns`(_ recording: String, _ name: String, _ arguments: String, _ usage: Usage) {
        let events = read(recording: recording)

        #expect(text(events, of: .call(id: "call_seed12345", name: name)) == arguments)
        #expect(self.usage(events) == usage)
        #expect(Array(events.suffix(2)) == [.stop(.calls), .finish])
    }

    @Test(arguments: GeminiSupport.streams)
    func `say the same as a whole answer would`(_ recording: Recording) throws {
        let whole = try #require(GeminiReplay.json(fromStream: [BodyChunk(recording.answer)], operation: .generateContent))
        let answer = try GeminiWire.answer(from: try JSONValue(parsing: whole), ids: GeminiSupport.ids)
        let events = GeminiSupport.read(GeminiSupport.events(recording.answer))

        #expect(events.contains(.stop(answer.stop)))
        #expect(usage(events) == answer.usage)
        #expect(text(events, of: .text) == answer.parts.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined())
    }

    @Test(arguments: GeminiSupport.streams)
    func `keep the order of events, cut behind any event`(_ recording: Recording) {
        let all = GeminiSupport.events(recording.answer)
        for count in 0..<all.count {
            let events = GeminiSupport.read(Array(all.prefix(count)))

            #expect(grammarFault(events) == nil)
            #expect(!events.contains(.finish))
        }
        let whole = GeminiSupport.read(all)
        #expect(grammarFault(whole) == nil)
        #expect(whole.last == .finish)
    }

    @Test func `number calls across events, and end each at once`() {
        let events = read(
            Self.piece(#"[{"functionCall":{"name":"a","args":{"x":1}}},{"functionCall":{"name":"b"}}]"#),
            Self.piece(#"[{"functionCall":{"id":"own","name":"c"}}]"#, Self.stop))

        #expect(
            Array(events.dropFirst()) == [
                .begin(.call(id: "call_seed12345", name: "a")), .delta(#"{"x":1}"#), .end, .begin(.call(id: "call_seed12345_1", name: "b")),
                .delta("{}"), .end,
                .begin(.call(id: "own", name: "c")), .delta("{}"), .end, .stop(.calls), .finish,
            ])
    }

    @Test func `give thoughts their own signature`() {
        let events = read(
            Self.piece(#"[{"text":"hm","thought":true},{"text":"so","thought":true,"thoughtSignature":"YQ=="},{"text":"A"}]"#, Self.stop))

        #expect(
            Array(events.dropFirst()) == [
                .begin(.thinking), .delta("hm"), .delta("so"), .seal(ChatSeal(.thought, "YQ==")), .end, .begin(.text), .delta("A"), .end,
                .stop(.finished),
                .finish,
            ])
    }

    @Test func `do not give thoughts the signature of empty text behind them`() {
        let events = read(Self.piece(#"[{"text":"hm","thought":true},{"text":"","thoughtSignature":"YQ=="}]"#, Self.stop))

        #expect(
            Array(events.dropFirst()) == [
                .begin(.thinking), .delta("hm"), .end, .begin(.thinking), .seal(ChatSeal(.thought, "YQ==")), .end, .stop(.finished), .finish,
            ])
    }

    @Test func `are filtered when the prompt was held back`() {
        let events = read(#"{"promptFeedback":{"blockReason":"SAFETY"},"responseId":"r"}"#)

        #expect(events == [.start(id: "r", model: nil, usage: nil), .stop(.filtered), .finish])
    }

    @Test func `are cut when they never say why they end`() {
        let events = read(Self.piece(#"[{"text":"a"}]"#))

        #expect(events == [.start(id: nil, model: nil, usage: nil), .begin(.text), .delta("a")])
    }

    @Test(arguments: [
        ("{", ChatFault(reason: "an event of its stream is not JSON.")),
        (
            #"{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}"#,
            ChatFault(status: 429, reason: "it is an error.", message: "Slow down")
        ),
        (
            #"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#,
            ChatFault(reason: "the model's answer came out malformed or was given up.")
        ),
        (
            #"{"candidates":[{"content":{"parts":[{"inlineData":{}}]}}]}"#,
            ChatFault(reason: "there is something else than text in it, which cannot be told to a client of another format.")
        ),
    ])
    func `fail and say nothing more`(_ data: String, _ fault: ChatFault) {
        let events = read(Self.piece(#"[{"text":"a"}]"#), data, Self.piece(#"[{"text":"b"}]"#, Self.stop))

        #expect(events == [.start(id: nil, model: nil, usage: nil), .begin(.text), .delta("a"), .failure(fault)])
    }

    @Test func `keep the order of events whatever the provider does`() {
        var random = GeminiRandom(7)
        let all = GeminiSupport.streams.flatMap { GeminiSupport.events($0.answer) }
            .map { GeminiSupport.text(Array($0.data)).replacing(/[A-Za-z0-9+\/=]{100,}/, with: "c2ln") }
        var finished = 0
        for _ in 0..<3000 {
            var data = (0..<(1 + random.below(5))).map { _ in random.pick(all) }
            if random.below(2) == 0 { data[random.below(data.count)] = mutated(random.pick(data), &random) }
            let events = GeminiSupport.read(GeminiSupport.events(data))

            let fault = grammarFault(events)
            if fault != nil { #expect(fault == nil) }
            if events.contains(.finish) { finished += 1 }
        }
        #expect(finished > 500)
    }

    /// A member renamed, a value of another type, or an event cut short.
    private func mutated(_ text: String, _ random: inout GeminiRandom) -> String {
        let words = ["parts", "text", "functionCall", "name", "args", "candidates", "finishReason", "content", "thought", "index"]
        switch random.below(4) {
        case 0: return text.replacing("\"\(random.pick(words))\"", with: "\"other\"")
        case 1: return text.replacing("\"\(random.pick(words))\": ", with: "\"\(random.pick(words))\": null,\"o\": ")
        case 2: return String(text.prefix(random.below(text.count)))
        default: return text.replacing("\"STOP\"", with: random.pick(["\"MAX_TOKENS\"", "\"OTHER\"", "1", "\"SAFETY\"", "null"]))
        }
    }
}
