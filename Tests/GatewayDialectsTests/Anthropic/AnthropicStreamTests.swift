import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Recorded streams of Anthropic on their way through")
struct AnthropicStreamRecordingTests {
    @Test(arguments: Recording.anthropicStreams)
    func `come out byte for byte however they were cut`(_ recording: Recording) {
        for size in [1, 2, 7, 61, 1000, .max / 2] {
            let run = AnthropicRun(recording.answer, every: min(size, recording.answer.count))

            #expect(run.forwarded == recording.answer, "pieces of \(size)")
            #expect(run.fault == nil)
            #expect(run.stream.hasEnded)
            #expect(run.stream.hasContent)
        }
    }

    @Test(arguments: ["anthropic-messages-sse-01", "anthropic-messages-sse-07"])
    func `come out byte for byte when cut in two anywhere`(_ id: String) {
        let recording = Recording.named(id)
        for cut in 1..<recording.answer.count {
            let run = AnthropicRun(recording.answer, pieces: [cut, .max / 2])

            #expect(run.forwarded == recording.answer && run.fault == nil, "cut at \(cut)")
        }
    }

    @Test(arguments: Recording.anthropicStreams)
    func `cost what a client reads in them`(_ recording: Recording) {
        let told = AnthropicTold(anthropicRead(anthropicEvents(recording.answer)))

        #expect(AnthropicRun(recording.answer, every: 100).stream.usage == told.usage)
        #expect(told.usage != nil)
    }

    @Test(arguments: Recording.anthropicStreams)
    func `are cut when their end is missing`(_ recording: Recording) {
        let text = String(decoding: recording.answer, as: UTF8.self)
        let shortened = text.split(separator: "\n\n", omittingEmptySubsequences: true).dropLast().joined(separator: "\n\n") + "\n\n"

        let run = AnthropicRun(shortened)

        #expect(run.fault == .cut)
        #expect(run.forwardedText == shortened)
    }

    @Test func `are passed on as far as they were sent, whatever they hold`() {
        var random = AnthropicRandom(state: 2)
        for index in 0..<1500 {
            var bytes = Array(Recording.anthropicStreams[index % Recording.anthropicStreams.count].answer.prefix(8192))
            for _ in 0..<(1 + random.below(4)) where bytes.count > 20 {
                let at = random.below(bytes.count - 17)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(at..<(at + 1 + random.below(16)))
                case 2: bytes[at] = Array("{}[]\",:\\\n\r 0".utf8)[random.below(12)]
                default: bytes.removeSubrange(at...)
                }
            }
            let run = AnthropicRun(bytes, every: 1 + random.below(4000))

            // Only the empty line behind a last event is ever added.
            let sent = run.forwarded
            #expect(bytes.starts(with: sent) || bytes.starts(with: sent.dropLast()) || bytes.starts(with: sent.dropLast(2)))
            #expect(run.stream.hasEnded || run.fault != nil)
        }
    }
}

@Suite("A stream of Anthropic's on its way through")
struct AnthropicStreamTests {
    private static func event(_ name: String, _ more: String = "") -> String { "event: \(name)\ndata: {\"type\":\"\(name)\"\(more)}\n\n" }
    private let start = event("message_start", #","message":{"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":1}}"#)
    private let word = event("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"Hi"}"#)
    private let stop = event("message_delta", #","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}"#)
    private let end = event("message_stop")

    private func hasContent(_ text: String) -> Bool {
        var stream = AnthropicStream(eventBytesMax: 1 << 20)
        let step = stream.received(Array((start + text).utf8))
        #expect(step.isProgress)
        #expect(step.chunks.flatMap(\.bytes) == Array((start + text).utf8))
        return stream.hasContent
    }

    @Test(arguments: [
        ("ping", ""), ("content_block_start", #","index":0,"content_block":{"type":"text","text":""}"#),
        ("content_block_start", #","index":0,"content_block":{"type":"text","text":"","citations":[]}"#),
        ("content_block_start", #","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}"#),
        ("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":""}"#), ("content_block_stop", #","index":0"#),
        ("something_new", ""),
    ])
    func `has not begun with what says nothing`(_ name: String, _ more: String) {
        #expect(!hasContent(Self.event(name, more)))
    }

    @Test(arguments: [
        ("content_block_start", #","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}"#),
        ("content_block_start", #","index":0,"content_block":{"type":"redacted_thinking","data":"x"}"#),
        ("content_block_start", #","index":0,"content_block":{"type":"new","value":0}"#),
        ("content_block_delta", #","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}"#),
        ("content_block_delta", #","index":0,"delta":{"type":"signature_delta","signature":"s"}"#),
        ("message_delta", #","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}"#),
    ])
    func `has begun with what says something`(_ name: String, _ more: String) {
        #expect(hasContent(Self.event(name, more)))
    }

    @Test func `counts field by field`() {
        let run = AnthropicRun(start + word + stop + end)

        #expect(run.stream.usage == Usage(input: 7, output: 9, cachedInput: 4))
        #expect(run.fault == nil)
    }

    @Test func `leaves as one piece when several events arrive together`() {
        var stream = AnthropicStream(eventBytesMax: 1 << 20)

        #expect(stream.received(Array((start + word + stop + end).utf8)).chunks.count == 1)
    }

    @Test func `is not kept going by comments`() {
        var stream = AnthropicStream(eventBytesMax: 1 << 20)

        let step = stream.received(Array(": keep-alive\n\n".utf8))

        #expect(!step.isProgress)
        #expect(step.chunks == [BodyChunk(Array(": keep-alive\n\n".utf8))])
    }

    @Test(arguments: [
        ("event: error\n", #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, 529),
        ("", #"{"type":"error","error":{"type":"api_error","message":"x"}}"#, 500), ("", #"{"error":{"type":"new","message":"x"}}"#, nil),
        ("event: error\n", "no JSON", nil),
    ])
    func `ends at an error, before and after content`(_ name: String, _ data: String, _ status: Int?) {
        let error = "\(name)data: \(data)\n\n"
        let early = AnthropicRun(start + Self.event("ping") + error + end)
        let late = AnthropicRun(start + word + error + end)

        #expect(early.fault == .errorEvent(status: status, event: Array(data.utf8)))
        #expect(late.fault == early.fault)
        #expect(!early.stream.hasContent)
        #expect(early.forwardedText == start + Self.event("ping"))
        #expect(late.forwardedText == start + word)
    }

    @Test func `is not stopped by words about errors in its text`() {
        let text = Self.event("content_block_delta", #","index":0,"delta":{"type":"text_delta","text":"event: error, {\"type\":\"error\"}"}"#)

        #expect(AnthropicRun(start + word + text + stop + end).fault == nil)
    }

    @Test func `is read without event names too`() {
        let text = (start + word + word + stop + end).split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("event:") }
        let run = AnthropicRun(text.joined(separator: "\n"))

        #expect(run.fault == nil)
        #expect(run.stream.usage == Usage(input: 7, output: 9, cachedInput: 4))
    }

    @Test func `is broken by a first event that is no JSON, and by one that is too long`() {
        #expect(AnthropicRun("data: <html>\n\n").fault == .broken(reason: "an event of its stream is not JSON."))
        let long = AnthropicRun(start + word + "data: " + String(repeating: "x", count: 2000), eventBytesMax: 1000)
        #expect(long.fault == .broken(reason: "one event is too long."))
    }

    @Test(arguments: ["", ": bye\n\n", "event: message_stop\ndata: {\"type\":\"mess"])
    func `is cut when it ends without its mark`(_ rest: String) {
        let run = AnthropicRun(start + word + stop + rest)

        #expect(run.fault == .cut)
        #expect(run.forwardedText == start + word + stop + (rest.hasSuffix("\n\n") ? rest : ""))
    }

    @Test func `is complete when only the last empty line is missing, which is added`() {
        for missing in 1...2 {
            let run = AnthropicRun(String((start + word + stop + end).dropLast(missing)))

            #expect(run.fault == nil)
            #expect(run.forwardedText == start + word + stop + end)
        }
    }

    @Test(arguments: ["\r\n", "\r"])
    func `keeps its line ends`(_ lineEnd: String) {
        let text = (start + word + stop + end).replacing("\n", with: lineEnd)
        let run = AnthropicRun(text)

        #expect(run.forwardedText == text)
        #expect(run.fault == nil)
    }
}
