import Foundation
import GatewayCore
import Testing

@testable import GatewayDialects

/// What arrives may be anything: nothing of it may stop the process or make it say what nobody sent.
@Suite("Damaged requests and answers")
struct OpenAIMutationTests {
    private static let count = Int(ProcessInfo.processInfo.environment["WEIR_FUZZ_INPUTS"] ?? "") ?? 1500

    /// A recording with a few bytes changed, cut out, doubled or swapped.
    private func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = Array(bytes.prefix(8192))
        for _ in 0..<(1 + Int(random.next() % 4)) where !bytes.isEmpty {
            let at = Int(random.next() % UInt64(bytes.count))
            let end = min(bytes.count, at + 1 + Int(random.next() % 16))
            switch random.next() % 5 {
            case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 3: bytes[at] = Array("{}[]\",:\\\n\r 0".utf8)[Int(random.next() % 12)]
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }

    @Test func `are read or refused`() {
        var random = SplitMix(state: 1)
        let requests = Recording.all.map(\.request)
        var refused = 0
        for index in 0..<Self.count {
            let body = damaged(requests[index % requests.count], &random)
            do throws(GatewayError) {
                let request = try OpenAIRequest(method: "POST", path: "/v1/chat/completions", body: body)
                #expect(request.model != nil)
            } catch {
                #expect(error.blame == .caller)
                refused += 1
            }
        }

        #expect(refused > Self.count / 4)
    }

    @Test func `are passed on as far as they were sent, whatever they hold`() {
        var random = SplitMix(state: 2)
        for index in 0..<Self.count {
            let recording = Recording.streams[index % Recording.streams.count]
            let bytes = damaged(recording.answer, &random)

            let run = StreamRun(bytes, every: 1 + Int(random.next() % 4000), operation: recording.operation)

            // Only the empty line behind a last event is ever added.
            let sent = run.forwarded
            let isPrefix = bytes.starts(with: sent) || bytes.starts(with: sent.dropLast()) || bytes.starts(with: sent.dropLast(2))
            #expect(isPrefix)
            #expect(run.stream.hasEnded || run.fault != nil)
        }
    }

    @Test func `are judged and replayed, or not`() {
        var random = SplitMix(state: 3)
        let whole = Recording.wholeAnswers.filter { $0.operation == .chatCompletions }
        for index in 0..<(Self.count / 3) {
            let answer = damaged(whole[index % whole.count].answer, &random)
            let verdict = OpenAIAnswer.judge(answer, .chatCompletions)
            let chunks = OpenAIReplay.stream(fromJSON: answer, operation: .chatCompletions)
            if case .broken = verdict { continue }
            #expect(chunks?.isEmpty != true)
            let stream = damaged(Recording.streams[index % Recording.streams.count].answer, &random)
            _ = OpenAIReplay.json(fromStream: [BodyChunk(stream)], operation: .chatCompletions)
        }
    }

    private struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
