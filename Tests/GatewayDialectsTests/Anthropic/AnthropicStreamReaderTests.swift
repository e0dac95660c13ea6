import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Recorded streams of Anthropic")
struct AnthropicStreamReaderRecordingTests {
    private func told(_ id: String) -> AnthropicTold { AnthropicTold(anthropicRead(anthropicEvents(Recording.named(id).answer))) }

    @Test func `have text`() {
        let told = told("anthropic-messages-sse-01")

        #expect(told.id == "msg_011CeCGpH9MJ5rZjgU8FoSDu")
        #expect(told.model == "claude-haiku-4-5-20251001")
        let text =
            "The weather in Berlin is currently:\n- **Temperature:** 15°C\n- **Wind:** 10 km/h\n\n"
            + "It's relatively mild with a light breeze. Perfect for a walk around the city!"
        #expect(told.parts == [.text(text)])
        #expect(told.stop == .finished)
        #expect(told.usage == Usage(input: 748, output: 49))
        #expect(told.isFinished)
    }

    @Test func `have thoughts, then their seal, then text`() {
        let told = told("anthropic-messages-sse-02")

        guard case .thinking(let thinking)? = told.parts.first else { return #expect(Bool(false)) }
        #expect(thinking.text.hasPrefix("Let me count the occurrences of the letter 'r'"))
        #expect(thinking.text.hasSuffix("So the letter 'r' appears 3 times in the word \"strawberry\"."))
        #expect(thinking.seal?.kind == .signature)
        #expect(thinking.seal?.data.hasPrefix("ErUBCkYIARgCIkCepoF8CXqdCGI7O1AA") == true)
        #expect(told.parts.dropFirst() == [.text("The letter 'r' appears 3 times in the word \"strawberry\".")])
        #expect(told.usage == Usage(input: 52, output: 216))
    }

    @Test func `have several calls`() {
        let told = told("anthropic-messages-sse-03")

        let text =
            "Certainly! I can help you with that information. To get the weather and current time in San Francisco, "
            + "I'll need to use two separate functions. Let me fetch that data for you."
        let weather = #"{"location": "San Francisco, CA", "unit": "celsius"}"#
        #expect(
            told.parts == [
                .text(text), .call(ChatCall(id: "toolu_014x5X91kx3fvdhpLvwXZWE2", name: "get_weather", arguments: weather)),
                .call(ChatCall(id: "toolu_0121kXsENLvoDZ72LCuAnCCz", name: "get_time", arguments: #"{"timezone": "America/Los_Angeles"}"#)),
            ])
        #expect(told.stop == .calls)
        #expect(told.usage == Usage(input: 506, output: 153))
    }

    @Test func `have the text of what they cite`() {
        let told = told("anthropic-messages-sse-04")

        #expect(told.parts == [.text("The Ruby programming language was created by Yukihiro Matsumoto in 1993.")])
        #expect(told.usage == Usage(input: 672, output: 39))
    }

    @Test func `count what went into the prompt cache as input`() {
        let told = told("anthropic-messages-sse-05")

        #expect(told.usage == Usage(input: 1169, output: 201, cacheWrite: 1165))
        guard case .text(let text)? = told.parts.first else { return #expect(Bool(false)) }
        #expect(text.hasPrefix("Here are concise summaries of the three articles:\n\n1. OpenLLMetry: New open-source library"))
        #expect(text.hasSuffix("unit testing is a professional responsibility with long-term payoffs."))
    }

    @Test func `leave out what the provider searched for, and count all of its input`() {
        let told = told("anthropic-messages-sse-06")

        #expect(
            told.parts == [
                .text("The latest stable Ruby version is 4.0.6"), .text(", which "), .text("was released in July 2026"), .text("."),
            ])
        #expect(told.stop == .finished)
        #expect(told.usage == Usage(input: 9447, output: 114, webSearches: 1))
    }

    @Test func `may be without a ping`() {
        let told = told("anthropic-messages-sse-07")

        #expect(told.parts == [.text("Hello there!")])
        #expect(told.usage == Usage(input: 11, output: 6))
    }

    @Test(arguments: Recording.anthropicStreams)
    func `keep the order of events, and finish only with their end mark, wherever they are cut`(_ recording: Recording) {
        let events = anthropicEvents(recording.answer)
        for count in 0...events.count {
            let read = anthropicRead(Array(events.prefix(count)))

            #expect(grammarFault(read) == nil)
            #expect(read.contains(.finish) == (count == events.count))
            #expect(AnthropicTold(read).fault == nil)
        }
    }
}

@Suite("A stream of Anthropic's")
struct AnthropicStreamReaderTests {
    private let start = event("message_start", #","message":{"id":"m","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}"#)
    private let stop = event("message_delta", #","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}"#) + event("message_stop")

    private static func event(_ name: String, _ more: String = "") -> String { "event: \(name)\ndata: {\"type\":\"\(name)\"\(more)}\n\n" }

    private func block(_ index: Int, _ content: String, _ deltas: String...) -> String {
        let begin = Self.event("content_block_start", #","index":\#(index),"content_block":\#(content)"#)
        let pieces = deltas.map { Self.event("content_block_delta", #","index":\#(index),"delta":\#($0)"#) }
        return begin + pieces.joined() + Self.event("content_block_stop", #","index":\#(index)"#)
    }

    private func read(_ text: String) -> [ChatEvent] { anthropicRead(anthropicEvents(Array(text.utf8))) }

    @Test func `is a sequence of parts`() {
        let events = read(start + block(0, #"{"type":"text","text":"A"}"#, #"{"type":"text_delta","text":"B"}"#) + Self.event("ping") + stop)

        #expect(
            events == [
                .start(id: "m", model: "c", usage: Usage(input: 3, output: 1)), .begin(.text), .delta("A"), .delta("B"), .end, .ping,
                .usage(Usage(input: 3, output: 9)), .stop(.finished), .finish,
            ])
    }

    @Test func `has no part for a block that stays empty`() {
        let text = block(0, #"{"type":"text","text":""}"#, #"{"type":"text_delta","text":""}"#)
        let thoughts = block(1, #"{"type":"thinking","thinking":"","signature":""}"#)

        #expect(AnthropicTold(read(start + text + thoughts + stop)).parts.isEmpty)
    }

    @Test func `has a part for thoughts that only have a seal`() {
        let omitted = block(0, #"{"type":"thinking","thinking":"","signature":""}"#, #"{"type":"signature_delta","signature":"s"}"#)
        let redacted = block(1, #"{"type":"redacted_thinking","data":"r"}"#)

        #expect(
            AnthropicTold(read(start + omitted + redacted + stop)).parts == [
                .thinking(ChatThinking(text: "", seal: ChatSeal(.signature, "s"))), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "r"))),
            ])
    }

    @Test(arguments: [
        (#"{}"#, [#""#], "{}"), (#"{}"#, [], "{}"), (#"{"a":1}"#, [#""#], #"{"a":1}"#), (#"{}"#, [#"{\"a\""#, #":2}"#], #"{"a":2}"#),
    ])
    func `has calls whose arguments are an object`(_ input: String, _ pieces: [String], _ arguments: String) {
        let deltas = pieces.map { Self.event("content_block_delta", #","index":0,"delta":{"type":"input_json_delta","partial_json":"\#($0)"}"#) }
        let begin = Self.event("content_block_start", #","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":\#(input)}"#)
        let events = read(start + begin + deltas.joined() + Self.event("content_block_stop", #","index":0"#) + stop)

        #expect(AnthropicTold(events).parts == [.call(ChatCall(id: "t", name: "f", arguments: arguments))])
        #expect(AnthropicTold(events).stop == .calls)
        #expect(grammarFault(events) == nil)
    }

    @Test func `stays cut when it ran out of room in a call`() {
        let call = block(0, #"{"type":"tool_use","name":"f"}"#, #"{"type":"input_json_delta","partial_json":"{\"a"}"#)
        let told = AnthropicTold(read(start + call + stop.replacing("end_turn", with: "max_tokens")))

        #expect(told.stop == .length)
        #expect(told.parts == [.call(ChatCall(id: "call_seed1234", name: "f", arguments: #"{"a"#))])
    }

    @Test(arguments: [
        (#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, 529, "Overloaded"),
        (#"{"type":"error","error":{"type":"permission_error","message":"secret"}}"#, 403, nil), (#"{"type":"error"}"#, nil, nil),
    ])
    func `ends with an error, before and after the beginning`(_ data: String, _ status: Int?, _ message: String?) {
        let error = "event: error\ndata: \(data)\n\n"
        let fault = ChatFault(status: status, reason: "it is an error.", message: message)

        #expect(read(error) == [.failure(fault)])
        #expect(read(start + error + stop).dropFirst() == [.failure(fault)])
    }

    @Test(arguments: [
        "event: message_start\ndata: {\n\n", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n", "data: [DONE]\n\n",
    ])
    func `is broken by what is no event, or out of order`(_ text: String) {
        let events = read(text + start + stop)

        #expect(events.count == 1)
        #expect(AnthropicTold(events).fault != nil)
    }

    @Test func `is broken by blocks that overlap, and by a second beginning`() {
        let open = Self.event("content_block_start", #","index":0,"content_block":{"type":"text","text":""}"#)

        #expect(AnthropicTold(read(start + open + open + stop)).fault != nil)
        #expect(AnthropicTold(read(start + start + stop)).fault != nil)
        #expect(AnthropicTold(read(start + block(0, #"{"type":"tool_use","id":"t"}"#) + stop)).fault != nil)
        #expect(AnthropicTold(read(start + stop + stop)).fault == nil, "nothing is read behind the end")
    }

    @Test func `is not finished without a reason to stop`() {
        #expect(!read(start + Self.event("message_stop")).contains(.finish))
        #expect(!read(start + stop.prefix { $0 != "\n" }).contains(.finish))
    }

    @Test func `is not stopped by what Anthropic may add, nor by comments`() {
        let new = Self.event("something_new", #","index":7"#) + ": hi\n\n"
        let block = block(0, #"{"type":"new_block","x":1}"#, #"{"type":"new_delta","y":2}"#)

        #expect(AnthropicTold(read(start + new + block + new + stop)).isFinished)
    }

    @Test func `is read without event names too`() {
        let text = (start + block(0, #"{"type":"text","text":"A"}"#) + stop).split(separator: "\n", omittingEmptySubsequences: false)

        #expect(AnthropicTold(read(text.filter { !$0.hasPrefix("event:") }.joined(separator: "\n"))).parts == [.text("A")])
    }

    @Test func `keeps its order whatever a provider does`() {
        var random = AnthropicRandom(state: 11)
        let recorded = Recording.anthropicStreams.map { anthropicEvents($0.answer) }
        var faults = 0
        for round in 0..<3000 {
            var events = recorded[round % recorded.count]
            for _ in 0..<(1 + random.below(4)) where events.count > 1 {
                let (one, other) = (random.below(events.count), random.below(events.count))
                switch random.below(5) {
                case 0: events.swapAt(one, other)
                case 1: events.remove(at: one)
                case 2: events.insert(events[one], at: other)
                case 3: events.append(contentsOf: recorded[random.below(recorded.count)].suffix(random.below(6)))
                default: events[one] = damaged(events[one], &random)
                }
            }
            if random.below(20) == 0 { events.shuffle(using: &random) }
            let read = anthropicRead(events)

            #expect(grammarFault(read) == nil, "round \(round)")
            if AnthropicTold(read).fault != nil { faults += 1 }
        }
        #expect(faults > 500)
    }

    private func damaged(_ event: SSEEvent, _ random: inout AnthropicRandom) -> SSEEvent {
        var bytes = event.raw
        for _ in 0..<3 where bytes.count > 8 {
            let at = random.below(bytes.count - 4)
            if random.below(2) == 0 { bytes[at] = Array("{}[]\",:\\0 x".utf8)[random.below(11)] } else { bytes.remove(at: at) }
        }
        return anthropicEvents(bytes + Array("\n\n".utf8)).first ?? event
    }
}
