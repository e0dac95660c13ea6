import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// Any provider's stream, in any order and cut anywhere, for a client of any other format.
@Suite("A stream between two formats")
struct StreamMatrixTests {
    static let pairs = RequestMatrixTests.pairs
    private static let count = 60

    /// Short ones: a long text is only more of the same.
    private static func recordings(_ format: ChatFormat) -> [Recording] {
        let all: [Recording] =
            switch format {
            case .openAIChat: Recording.all.filter { $0.operation == .chatCompletions }
            case .openAIResponses: Recording.responses
            case .anthropic: Recording.anthropic
            case .gemini: GeminiSupport.conversations
            case .bedrock: []
            }
        return all.filter { $0.isStream && $0.answer.count < 8000 }
    }

    private struct Run {
        var chunks: [BodyChunk] = []
        var fault: AnswerFault?
        var hasEnded = false
        var usage: Usage?

        init(_ bytes: [UInt8], _ translation: ChatTranslation, pieces: [Int]) {
            var stream = translation.stream(eventBytesMax: 1 << 20) { _ in }
            var at = 0
            for size in pieces where fault == nil && at < bytes.count {
                let end = min(bytes.count, at + size)
                take(stream.received(Array(bytes[at..<end])))
                at = end
            }
            if fault == nil, at < bytes.count { take(stream.received(Array(bytes[at...]))) }
            if fault == nil { take(stream.closed()) }
            hasEnded = stream.hasEnded
            usage = stream.usage
        }

        private mutating func take(_ step: AnswerStep) {
            chunks += step.chunks
            fault = step.fault
        }
    }

    private func translation(_ client: ChatFormat, _ provider: ChatFormat) -> ChatTranslation {
        ChatTranslation(
            client: client, provider: provider,
            facts: ChatAnswerFacts(seed: "seed1234seed5678", created: 1_790_000_000, model: "m", wantsUsageEvent: true))
    }

    private func check(_ run: Run, _ client: ChatFormat, _ note: String) throws {
        #expect(run.hasEnded == (run.fault == nil), "\(note)")
        #expect(try StreamGrammars.fault(run.chunks, in: client, isWhole: run.hasEnded) == nil, "\(note)")
    }

    @Test(arguments: pairs) func `keeps the client's grammar wherever it is cut`(client: ChatFormat, provider: ChatFormat) throws {
        let translation = translation(client, provider)
        var random = ChatRandom(seed: 3)
        for recording in Self.recordings(provider) {
            for _ in 0..<8 {
                let end = Int.random(in: 0...recording.answer.count, using: &random)
                let pieces = (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 1...2000, using: &random) }

                let run = Run(Array(recording.answer.prefix(end)), translation, pieces: pieces)

                try check(run, client, "\(recording.id) cut at \(end)")
            }
        }
    }

    @Test(arguments: pairs) func `keeps the client's grammar whatever the order of the provider's events`(client: ChatFormat, provider: ChatFormat)
        throws
    {
        let translation = translation(client, provider)
        let streams = Self.recordings(provider).map { GeminiSupport.events($0.answer).map(\.raw) }
        var random = ChatRandom(seed: 5)
        var ended = 0
        for number in 0..<Self.count {
            var events = streams.randomElement(using: &random) ?? []
            let others = streams.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) where !events.isEmpty {
                let (one, other) = (Int.random(in: 0..<events.count, using: &random), Int.random(in: 0..<events.count, using: &random))
                switch Int.random(in: 0..<5, using: &random) {
                case 0: events.swapAt(one, other)
                case 1: events.insert(events[one], at: other)
                case 2: events.remove(at: one)
                case 3: events.insert(contentsOf: others.suffix(Int.random(in: 0...5, using: &random)), at: other)
                default: events[one] = damaged(events[one], &random)
                }
            }

            let run = Run(events.flatMap(\.self), translation, pieces: [])

            try check(run, client, "number \(number)")
            if run.hasEnded { ended += 1 }
        }
        #expect(ended > Self.count / 10 && ended < Self.count)
    }

    private func damaged(_ event: [UInt8], _ random: inout ChatRandom) -> [UInt8] {
        var event = event
        let at = Int.random(in: 0..<event.count, using: &random)  // no event is empty
        if Bool.random(using: &random) { event.remove(at: at) } else { event[at] = Array("{}[]\",:0 x".utf8).randomElement(using: &random) ?? 0 }
        return event
    }

    @Test(arguments: pairs) func `tells the client what the provider said`(client: ChatFormat, provider: ChatFormat) throws {
        for recording in Self.recordings(provider) {
            let run = Run(recording.answer, translation(client, provider), pieces: [700, 1, 1, 1300])
            let said = StreamMeaning(events(of: recording.answer, provider))

            let heard = StreamMeaning(events(of: run.chunks.flatMap(\.bytes), client))

            #expect(run.hasEnded)
            #expect(!said.isMalformed)
            #expect(heard.words == said.words && heard.thoughts == said.thoughts, "\(recording.id)")
            #expect(heard.calls == said.calls && heard.stop == said.stop, "\(recording.id)")
            // A client of responses is told 0 where nobody counted.
            #expect(heard.counts == said.counts || said.counts.isEmpty, "\(recording.id)")
        }
    }

    @Test(arguments: ChatFormat.clients) func `says what any answer says, in one piece or in many`(client: ChatFormat) throws {
        var random = GeminiRandom(9)
        for number in 0..<300 {
            let events = random.answer()
            let said = StreamMeaning(events)
            if said.isMalformed { continue }
            var writer = client.wire.writer(for: ChatAnswerFacts(seed: "seed1234", created: 1, model: "m", wantsUsageEvent: true))
            var chunks: [BodyChunk] = []
            for event in events { writer.write(event, to: &chunks) }

            let heard = StreamMeaning(self.events(of: chunks.flatMap(\.bytes), client))

            #expect(try StreamGrammars.fault(chunks, in: client, isWhole: true) == nil, "number \(number)")
            #expect(heard.words == said.words && heard.thoughts == said.thoughts, "number \(number)")
            #expect(heard.calls == said.calls, "number \(number)")
        }
    }

    private func events(of bytes: [UInt8], _ format: ChatFormat) -> [ChatEvent] {
        var reader = format.wire.reader(ids: ChatIDs(seed: "seed1234seed5678"))
        return GeminiSupport.events(bytes).flatMap { reader.read($0) } + reader.closed()
    }
}
