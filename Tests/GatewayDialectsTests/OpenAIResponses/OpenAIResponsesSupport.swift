import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// Short ways to what the tests of this format do all the time.
enum Responses {
    static let facts = ChatAnswerFacts(seed: "abcd1234", created: 1_787_150_205, model: "fast")

    static func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    static func request(_ text: String) throws -> ChatRequest { try OpenAIResponsesWire.request(from: try json(text), about: ChatRequestFacts()) }

    static func request(recorded id: String) throws -> ChatRequest {
        try OpenAIResponsesWire.request(from: try JSONValue(parsing: Recording.named(id).request), about: ChatRequestFacts())
    }

    static func answer(_ text: String) throws -> ChatAnswer { try answer(try json(text)) }
    static func answer(_ value: JSONValue) throws -> ChatAnswer { try OpenAIResponsesWire.answer(from: value, ids: ChatIDs(seed: "seed1234")) }
    static func answer(recorded id: String) throws -> ChatAnswer { try answer(try JSONValue(parsing: Recording.named(id).answer)) }

    static func written(_ answer: ChatAnswer, _ facts: ChatAnswerFacts = facts) -> JSONValue { OpenAIResponsesWire.body(of: answer, to: facts) }

    static func sample(_ turns: [ChatTurn] = [ChatTurn(.user, [.text("Hi")])], format: ChatFormat = .anthropic) -> ChatRequest {
        var request = ChatRequest(format: format, model: "fast")
        request.turns = turns
        return request
    }

    /// A request for a provider of this format, with what it leaves out.
    static func written(
        _ request: ChatRequest, policy: ChatLosses.Policy = .drop, target: ChatTargetFacts = ChatTargetFacts(model: "gpt-5.4")
    ) throws -> (body: JSONValue, dropped: [String]) {
        var losses = ChatLosses(policy: policy, target: .openAIResponses)
        let body = try OpenAIResponsesWire.body(of: request, for: target, losses: &losses)
        return (body, losses.dropped)
    }

    /// The field that a refusal names.
    static func refusedField(_ body: () throws -> some Any) throws -> String? {
        do {
            _ = try body()
            return nil
        } catch GatewayError.fieldRefused(let field, _) {
            return field
        }
    }

    static func sse(_ bytes: [UInt8]) throws -> [SSEEvent] {
        var reader = SSEReader()
        reader.feed(bytes)
        var events: [SSEEvent] = []
        while let event = try reader.finish() { events.append(event) }
        return events
    }

    /// One event with this data, named by its `type`.
    static func sse(event data: JSONValue) throws -> SSEEvent {
        var bytes: [UInt8] = []
        SSEWriter.append(event: data["type"]?.string, data: data.written(), to: &bytes)
        return try #require(try sse(bytes).first)
    }

    /// All that a stream of these events says.
    static func events(_ events: [SSEEvent]) -> [ChatEvent] {
        var reader = OpenAIResponsesWire.reader(ids: ChatIDs(seed: "seed1234"))
        return events.flatMap { reader.read($0) } + reader.closed()
    }

    static func events(_ texts: String...) throws -> [ChatEvent] { events(try texts.map { try sse(event: try json($0)) }) }
}

extension Recording {
    static let responses = of("openai").filter { $0.operation == .responses }

    func responsesEvents() throws -> [SSEEvent] { try Responses.sse(answer) }
}

/// The answer that a stream tells, put together without the code under test.
struct ResponsesTold: Equatable {
    var parts: [ChatPart] = []
    var stop: ChatStop?
    var usage: Usage?
    var isFinished = false
    var failure: ChatFault?
    var id: String?
    var model: String?

    init(_ events: [ChatEvent]) {
        var start = ChatPartStart.text
        var text = ""
        var seal: ChatSeal?
        for event in events {
            switch event {
            case .start(let id, let model, let usage): (self.id, self.model, self.usage) = (id, model, usage)
            case .begin(let begun): (start, text, seal) = (begun, "", nil)
            case .delta(let delta): text += delta
            case .seal(let found): seal = found
            case .end:
                switch start {
                case .text: parts.append(.text(text))
                case .refusal: parts.append(.refusal(text))
                case .thinking: parts.append(.thinking(ChatThinking(text: text, seal: seal)))
                case .call(let id, let name): parts.append(.call(ChatCall(id: id, name: name, arguments: text, seal: seal)))
                }
            case .usage(let counts): usage = counts
            case .stop(let reason): stop = reason
            case .finish: isFinished = true
            case .failure(let fault): failure = fault
            case .ping: break
            }
        }
    }
}

/// Numbers that look random and are the same in every run.
struct ResponsesNumbers {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
    }
}
