import GatewayCore
import GatewayDialects
import HTTPWire
import JSONBytes
import Testing

/// What the tests of this dialect share.
enum GeminiSupport {
    static let recordings = Recording.of("gemini") + Recording.of("vertex")
    static let conversations = recordings.filter { $0.path.hasSuffix("GenerateContent") || $0.path.hasSuffix(":generateContent") }
    static let streams = conversations.filter(\.isStream)
    static let wholeAnswers = conversations.filter { !$0.isStream && $0.status == 200 }
    static let ids = ChatIDs(seed: "seed12345")
    static let facts = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast")

    /// Something is not what the test goes on with.
    static func wrong(_ location: SourceLocation = #_sourceLocation) { Issue.record("something else is there", sourceLocation: location) }

    static func json(_ text: String) -> JSONValue {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { fatalError("the test's own JSON is wrong: \(text)") }
        return value
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func request(_ text: String, isStreaming: Bool = false) throws(GatewayError) -> ChatRequest {
        try GeminiWire.request(from: json(text), about: ChatRequestFacts(model: "fast", isStreaming: isStreaming))
    }

    static func request(of recording: Recording) throws(GatewayError) -> ChatRequest {
        try request(text(recording.request), isStreaming: recording.isStream)
    }

    static func written(
        _ request: ChatRequest, policy: ChatLosses.Policy = .refuse, target: ChatTargetFacts = ChatTargetFacts(model: "m")
    ) throws(GatewayError) -> (body: JSONValue, dropped: [String]) {
        var losses = ChatLosses(policy: policy, target: .gemini)
        let body = try GeminiWire.body(of: request, for: target, losses: &losses)
        return (body, losses.dropped)
    }

    /// A request of an OpenAI client with these turns.
    static func conversation(_ turns: ChatTurn...) -> ChatRequest {
        var request = ChatRequest(format: .openAIChat, model: "fast")
        request.turns = turns
        return request
    }

    static func events(_ bytes: [UInt8]) -> [SSEEvent] {
        var reader = SSEReader()
        var events: [SSEEvent] = []
        reader.feed(bytes)
        while let event = try? reader.next() { events.append(event) }
        while let event = try? reader.finish() { events.append(event) }
        return events.filter(\.hasData)
    }

    static func events(_ data: [String]) -> [SSEEvent] {
        events(data.flatMap { Array("data: \($0)\r\n\r\n".utf8) })
    }

    /// What the reader makes of a provider's events, to the end of the connection.
    static func read(_ events: [SSEEvent]) -> [ChatEvent] {
        var reader = GeminiWire.reader(ids: ids)
        return events.flatMap { reader.read($0) } + reader.closed()
    }

    static func written(_ events: [ChatEvent], for facts: ChatAnswerFacts = facts) -> [UInt8] {
        var writer = GeminiWire.writer(for: facts)
        var chunks: [BodyChunk] = []
        for event in events { writer.write(event, to: &chunks) }
        return chunks.flatMap(\.bytes)
    }
}

/// Numbers that are the same in every run.
struct GeminiRandom {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Events as the neutral form promises them: parts one after another, in whatever order and number.
    mutating func answer() -> [ChatEvent] {
        var events: [ChatEvent] = [.start(id: "x", model: pick([nil, "m"]), usage: pick([nil, Usage(input: 3, output: 0)]))]
        for number in 0..<below(6) {
            if below(3) == 0 { events.append(pick([.ping, .usage(Usage(input: 3, output: number, reasoning: number / 2))])) }
            events += part(number)
        }
        events += [.stop(pick([.finished, .sequence("x"), .length, .calls, .filtered])), .usage(Usage(input: 5, output: 9)), .finish]
        return events
    }

    private mutating func part(_ number: Int) -> [ChatEvent] {
        switch below(4) {
        case 0: return [.begin(.text)] + deltas(["a", "\n", "é\"\\", "🙂"]) + [.end]
        case 1: return [.begin(.refusal)] + deltas(["no"]) + [.end]
        case 2:
            let seal: [ChatEvent] = pick([
                [], [.seal(ChatSeal(.signature, "c2ln"))], [.seal(ChatSeal(.thought, "dGg="))], [.seal(ChatSeal(.encrypted, "ZW4=", id: "rs_1"))],
            ])
            return [.begin(.thinking)] + deltas(["hm", "so"]) + seal + [.end]
        default:
            let arguments = pick([["{}"], ["{\"a\"", ":1}"], ["{\"a\":", "\"\\u00e9", "\"}"], ["{\"a\":9007199254740993}"], ["{\"cut"]])
            let seal: [ChatEvent] = pick([[], [.seal(ChatSeal(.thought, "dGg="))]])
            return [.begin(.call(id: "call_\(number)", name: "f\(number)"))] + arguments.map { .delta($0) } + seal + [.end]
        }
    }

    private mutating func deltas(_ texts: [String]) -> [ChatEvent] {
        (0..<below(4)).map { _ in .delta(pick(texts)) }
    }
}
