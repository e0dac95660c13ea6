import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// Providers may send anything: what comes out keeps the order of events, and ends once.
@Suite("Shuffled and damaged streams of chat completions")
struct OpenAIChatStreamMutationTests {
    private static let count = 2000

    /// Short ones: a long text is only more of the same.
    private static let streams: [[String]] = OpenAIChatRecordingTests.streams.compactMap { recording in
        let lines = String(decoding: recording.answer, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: ") }
        return lines.count < 30 ? lines.map { String($0.dropFirst(6)) } : nil
    }

    private static let pool = streams.flatMap { $0.filter { $0.contains("tool_calls") } + $0.suffix(4) } + made

    private static let made: [String] = [
        ChatCompletions.delta(
            #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":1,"id":"b","function":{"name":"g"}}]}"#),
        ChatCompletions.delta(#"{"tool_calls":[{"index":1,"function":{"arguments":"{\"x\":"}}]}"#),
        ChatCompletions.delta(#"{"tool_calls":[{"index":1,"function":{"arguments":"1}"}}]}"#),
        ChatCompletions.delta(#"{"tool_calls":[{"id":"c","function":{"name":"h","arguments":"{}"}}]}"#),
        ChatCompletions.delta(#"{"tool_calls":[{"function":{"arguments":"[]"}}]}"#),
        ChatCompletions.delta(#"{"reasoning_content":"Hm","content":"a","refusal":"No."}"#),
        ChatCompletions.delta(#"{"extra_content":{"google":{"thought_signature":"c2ln"}}}"#),
        ChatCompletions.delta(#"{"function_call":{"name":"f","arguments":"{}"}}"#),
        ChatCompletions.delta(#"{"tool_calls":{},"content":1}"#), ChatCompletions.delta("null", reason: "stop"),
        ChatCompletions.delta("{}", reason: "length"), #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#, #"{"choices":[]}"#,
        #"{"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":"stop"}]}"#, "{}", "", #"{"choices":[null,1,{}]}"#,
    ]

    private static let ends = ["[DONE]", "nonsense", #"{"error":{"message":"x"}}"#]

    private func run(_ chunks: [String]) throws -> [ChatEvent] {
        try ChatCompletions.events(Array(chunks.map { "data: \($0)\n\n" }.joined().utf8))
    }

    @Test func `keep the order of events`() throws {
        var random = ChatRandom(seed: 1)
        var finished = 0
        var faults = 0
        for _ in 0..<Self.count {
            var chunks = (0..<Int.random(in: 1...16, using: &random)).map { _ in Self.pool.randomElement(using: &random)! }  // the pool is not empty
            let end = Self.ends.randomElement(using: &random)!  // there are three
            chunks.insert(end, at: Int.random(in: chunks.count / 2...chunks.count, using: &random))
            let events = try run(chunks)

            #expect(grammarFault(events) == nil, "\(chunks)")
            if events.last == .finish { finished += 1 }
            if case .failure? = events.last { faults += 1 }
        }

        // Of each kind there are enough to mean something.
        #expect(finished > Self.count / 10)
        #expect(faults > Self.count / 10)
    }

    @Test func `lose and double pieces of an answer, and keep the order of events`() throws {
        var random = ChatRandom(seed: 2)
        for index in 0..<Self.count {
            var chunks = Self.streams[index % Self.streams.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) where chunks.count > 1 {
                let at = Int.random(in: chunks.indices, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: chunks.remove(at: at)
                case 1: chunks.insert(chunks[at], at: at)
                case 2: chunks.swapAt(at, Int.random(in: chunks.indices, using: &random))
                case 3: chunks.insert(Self.pool.randomElement(using: &random)!, at: at)  // the pool is not empty
                default: chunks[at] = String(chunks[at].prefix(Int.random(in: 0...chunks[at].count, using: &random)))
                }
            }

            #expect(try grammarFault(run(chunks)) == nil, "\(chunks)")
        }
    }
}
