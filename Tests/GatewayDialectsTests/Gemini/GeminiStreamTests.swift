import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// A stream fed piece by piece to its end, and everything that came out.
private struct GeminiRun {
    var bytes: [UInt8] = []
    var fault: AnswerFault?
    var stream: GeminiStream
    /// Bytes passed on before the model had said anything.
    var preambleBytes = 0

    init(_ input: [UInt8], every size: Int = .max, eventBytesMax: Int = 1 << 20) {
        stream = GeminiStream(operation: .generateContent, eventBytesMax: eventBytesMax)
        var at = 0
        while at < input.count, fault == nil {
            let end = size < input.count - at ? at + size : input.count
            take(stream.received(Array(input[at..<end])))
            if !stream.hasContent { preambleBytes = bytes.count }
            at = end
        }
        if fault == nil { take(stream.closed()) }
    }

    init(_ data: String...) { self.init(data.flatMap { Array("data: \($0)\r\n\r\n".utf8) }) }

    private mutating func take(_ step: AnswerStep) {
        bytes += step.chunks.flatMap(\.bytes)
        fault = step.fault
    }
}

@Suite("Streams passed on from Gemini to Gemini")
struct GeminiStreamTests {
    private static let text = #"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3}}"#
    private static let last =
        #"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5}}"#

    @Test(arguments: GeminiSupport.streams)
    func `stay as they were recorded, whatever pieces they come in`(_ recording: Recording) throws {
        let whole = GeminiRun(recording.answer)
        for size in [1, 2, 7, 100, 1000] {
            let run = GeminiRun(recording.answer, every: size)

            #expect(run.bytes == recording.answer)
            #expect(run.fault == nil)
            #expect(run.stream.usage == whole.stream.usage)
        }
        let events = GeminiSupport.events(recording.answer).map { try? JSONValue(parsing: Array($0.data)) }
        #expect(whole.stream.usage == events.last??["usageMetadata"].flatMap(GeminiUsage.read))
        #expect(whole.stream.hasContent)
        #expect(whole.stream.hasEnded)
    }

    @Test(arguments: GeminiSupport.streams)
    func `are cut unless they say why they end`(_ recording: Recording) {
        let events = GeminiSupport.events(recording.answer)
        let run = GeminiRun(events.dropLast().flatMap(\.raw))

        #expect(run.fault == .cut)
        #expect(!run.stream.hasEnded)
    }

    @Test func `count the last tokens, also behind the reason to stop`() {
        let run = GeminiRun(Self.last, Self.text)

        #expect(run.stream.usage == Usage(input: 3, output: 0))
        #expect(run.fault == nil)
    }

    @Test(arguments: [
        #"{"usageMetadata":{"promptTokenCount":3}}"#, #"{"candidates":[]}"#, #"{"candidates":[{"content":{"role":"model"}}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":""}]}}]}"#, #"{"candidates":[{"content":{"parts":[{"text":"","thought":true}]}}]}"#, "{}",
    ])
    func `have not begun while nothing has been said`(_ data: String) {
        let run = GeminiRun(data)

        #expect(!run.stream.hasContent)
        #expect(run.preambleBytes > 0)
    }

    @Test(arguments: [
        #"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#, #"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"a"}]}}]}"#,
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]}}]}"#, #"{"candidates":[{"finishReason":"SAFETY"}]}"#,
        #"{"promptFeedback":{"blockReason":"SAFETY"}}"#, #"{"candidates":[{"content":{"parts":[{"hologram":{}}]}}]}"#,
    ])
    func `have begun once something has`(_ data: String) {
        #expect(GeminiRun(data).stream.hasContent)
    }

    @Test func `end with a prompt that was held back`() {
        let run = GeminiRun(#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#)

        #expect(run.fault == nil)
        #expect(run.stream.usage == Usage(input: 3, output: 0))
    }

    @Test(
        arguments: [
            (#"{"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}"#, 503),
            (#"[{"error":{"code":429,"message":"Slow","status":"RESOURCE_EXHAUSTED"}}]"#, 429),
            (#"{"error":"x"}"#, nil),
        ] as [(String, Int?)])
    func `fail with an event that reports an error, which goes no further`(_ data: String, _ status: Int?) {
        let run = GeminiRun(Self.text, data)

        #expect(run.fault == .errorEvent(status: status, event: Array(data.utf8)))
        #expect(GeminiSupport.text(run.bytes) == "data: \(Self.text)\r\n\r\n")
    }

    @Test(arguments: ["{", "[]", "[DONE]", #"{"candidates":[}"#])
    func `fail with an event that cannot be read`(_ data: String) {
        guard case .broken = GeminiRun(Self.text, data).fault else { return GeminiSupport.wrong() }
    }

    @Test func `fail with an event that is too long`() {
        let run = GeminiRun(Array("data: \(Self.text)\r\n\r\n".utf8), eventBytesMax: 50)

        #expect(run.fault == .broken(reason: "one event is too long."))
    }

    @Test func `may be given up for a malformed answer while nothing of it has been passed on`() {
        let malformed = #"{"candidates":[{"content":{},"finishReason":"MALFORMED_FUNCTION_CALL"}]}"#

        guard case .broken = GeminiRun(malformed).fault else { return GeminiSupport.wrong() }
        #expect(GeminiRun(Self.text, malformed).fault == nil)
    }

    @Test func `count a last event whose empty line never came if it is whole`() {
        let whole = GeminiRun(Array("data: \(Self.text)\r\n\r\ndata: \(Self.last)".utf8))
        let broken = GeminiRun(Array("data: \(Self.text)\r\n\r\ndata: \(Self.last.dropLast())".utf8))

        #expect(whole.fault == nil)
        #expect(GeminiSupport.text(whole.bytes).hasSuffix("\(Self.last)\n\n"))
        #expect(broken.fault == .cut)
        #expect(GeminiSupport.text(broken.bytes) == "data: \(Self.text)\r\n\r\n")
    }

    @Test func `make progress with events alone, not with comments`() {
        var stream = GeminiStream(operation: .generateContent, eventBytesMax: 1000)

        #expect(!stream.received(Array(": still here\r\n\r\n".utf8)).isProgress)
        #expect(stream.received(Array("data: {}\r\n\r\n".utf8)).isProgress)
    }

    @Test func `are passed on as far as they were sent, whatever they hold`() {
        var random = GeminiRandom(3)
        for index in 0..<1500 {
            var bytes = Array(GeminiSupport.streams[index % GeminiSupport.streams.count].answer.prefix(6000))
            for _ in 0..<(1 + random.below(4)) where !bytes.isEmpty {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = UInt8(random.below(256))
                case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(16)))
                case 2: bytes[at] = Array("{}[]\",:\\\n\r 0".utf8)[random.below(12)]
                default: bytes.removeSubrange(at...)
                }
            }
            let run = GeminiRun(bytes, every: 1 + random.below(2000))

            // Only the empty line behind a last event is ever added.
            let isPrefix = bytes.starts(with: run.bytes) || bytes.starts(with: run.bytes.dropLast()) || bytes.starts(with: run.bytes.dropLast(2))
            #expect(isPrefix && (run.stream.hasEnded || run.fault != nil))
        }
    }
}

@Suite("Streams that are lists")
struct GeminiArrayWriterTests {
    private func list(_ bytes: [UInt8], every size: Int) -> [UInt8] {
        var writer = GeminiArrayWriter()
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) { output += writer.received(Array(bytes[start..<min(bytes.count, start + size)])) }
        return output + writer.closed()
    }

    @Test(arguments: GeminiSupport.streams)
    func `hold the same as the events, in whatever pieces they come`(_ recording: Recording) throws {
        let events = GeminiSupport.events(recording.answer).map { Array($0.data) }
        for size in [1, 13, 5000] {
            let list = list(recording.answer, every: size)

            #expect(list == Array("[".utf8) + Array(events.joined(separator: Array(",\r\n".utf8))) + Array("]".utf8))
        }
        #expect(try JSONValue(parsing: list(recording.answer, every: 999)).array?.count == events.count)
    }

    @Test func `give out each element as soon as its event is whole`() {
        var writer = GeminiArrayWriter()

        #expect(writer.received(Array(": hello\n\ndata: {\"a\":1}".utf8)).isEmpty)
        #expect(GeminiSupport.text(writer.received(Array("\r\n\r\n".utf8) + Array("data: {\"b\"".utf8))) == #"[{"a":1}"#)
        #expect(GeminiSupport.text(writer.received(Array(":2}\r\n\r\n".utf8))).hasPrefix(",\r\n"))
        #expect(GeminiSupport.text(writer.closed()) == "]")
    }

    @Test func `end with an error as their last element`() throws {
        var begun = GeminiArrayWriter()
        var empty = GeminiArrayWriter()
        let error = GatewayError.upstreamCut(provider: "p")
        let bytes = begun.received(Array("data: {}\n\n".utf8)) + begun.failed(error)

        let list = try #require(try JSONValue(parsing: bytes).array)
        #expect(list.count == 2)
        #expect(list[1].written() == GeminiErrors.body(for: error))
        #expect(try JSONValue(parsing: empty.failed(error)).array?.count == 1)
    }

    @Test func `may be empty`() {
        var writer = GeminiArrayWriter()

        #expect(GeminiSupport.text(writer.closed()) == "[]")
    }
}
