import GatewayCore
import Testing

@testable import GatewayDialects

@Suite("Recorded streams of OpenAI and Azure")
struct OpenAIStreamRecordingTests {
    @Test(arguments: Recording.streams)
    func `come out byte for byte however they were cut`(_ recording: Recording) {
        for size in [1, 2, 7, 61, 1000, .max / 2] {
            let run = StreamRun(recording.answer, every: min(size, recording.answer.count), operation: recording.operation)

            #expect(run.forwarded == recording.answer, "pieces of \(size)")
            #expect(run.fault == nil)
            #expect(run.stream.hasEnded)
            #expect(run.stream.hasContent)
        }
    }

    @Test(arguments: ["openai-chat-sse-04", "openai-completions-sse-01", "openai-responses-sse-05"])
    func `come out byte for byte when cut in two anywhere`(_ id: String) {
        let recording = Recording.named(id)
        for cut in 1..<recording.answer.count {
            let run = StreamRun(recording.answer, pieces: [cut, .max / 2], operation: recording.operation)

            #expect(run.forwarded == recording.answer && run.fault == nil, "cut at \(cut)")
        }
    }

    @Test(arguments: Recording.streams)
    func `give the token counts that they state`(_ recording: Recording) {
        let run = StreamRun(recording.answer, every: 100, operation: recording.operation)

        #expect(run.stream.usage?.input == recording.statedUsage?.input)
        #expect(run.stream.usage?.output == recording.statedUsage?.output)
    }

    @Test(arguments: Recording.streams.filter { $0.operation != .responses })
    func `set apart the event with nothing but token counts`(_ recording: Recording) {
        let run = StreamRun(recording.answer, every: .max / 2, operation: recording.operation)

        let states = recording.statedUsage != nil
        #expect(run.usageOnly.count == (states ? 1 : 0))
        let kept = run.chunks.filter { !$0.isUsageOnly }.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
        #expect(!kept.contains(#""choices":[],"usage":{"#))
        #expect(kept.hasSuffix("data: [DONE]\n\n"))
    }

    @Test(arguments: Recording.streams)
    func `are cut when their end is missing`(_ recording: Recording) {
        let text = String(decoding: recording.answer, as: UTF8.self)
        let events = text.split(separator: "\n\n", omittingEmptySubsequences: true)
        let shortened = events.dropLast().joined(separator: "\n\n") + "\n\n"

        let run = StreamRun(shortened, operation: recording.operation)

        #expect(run.fault == .cut)
        #expect(run.forwardedText == shortened)
    }

    @Test func `are all there`() {
        #expect(Recording.streams.count == 14)
    }
}
