import GatewayCore
import HTTPWire
import JSONBytes

@testable import GatewayDialects

/// Shorthands for the tests of chat completions.
enum ChatCompletions {
    static let ids = ChatIDs(seed: "seed1234")
    static let target = ChatTargetFacts(model: "provider-model")
    static let facts = ChatAnswerFacts(seed: "seed1234", created: 1_700_000_000, model: "client-model")

    static func request(_ body: JSONValue) throws -> ChatRequest {
        try OpenAIChatWire.request(from: body, about: ChatRequestFacts())
    }

    static func request(_ json: String) throws -> ChatRequest { try request(JSONValue(parsing: Array(json.utf8))) }

    /// A request with one message of the user's and these members.
    static func request(with members: String) throws -> ChatRequest {
        try request(#"{"model":"m","messages":[{"role":"user","content":"Hi"}],\#(members)}"#)
    }

    /// The parts of the last turn of a conversation.
    static func lastParts(ofMessages messages: String) throws -> [ChatPart] {
        try request(#"{"model":"m","messages":[\#(messages)]}"#).turns.last?.parts ?? []
    }

    /// A request of another format, as this one writes it, and what is left out.
    static func written(
        _ request: ChatRequest, for target: ChatTargetFacts = target, policy: ChatLosses.Policy = .refuse
    ) throws -> (body: JSONValue, dropped: [String]) {
        var losses = ChatLosses(policy: policy, target: .openAIChat)
        let body = try OpenAIChatWire.body(of: request, for: target, losses: &losses)
        return (body, losses.dropped)
    }

    static func sample(_ format: ChatFormat = .anthropic, _ turns: [ChatTurn] = [ChatTurn(.user, [.text("Hi")], place: "messages[0]")]) -> ChatRequest
    {
        var request = ChatRequest(format: format, model: "m")
        request.turns = turns
        return request
    }

    static func answer(_ json: String) throws -> ChatAnswer {
        try OpenAIChatWire.answer(from: JSONValue(parsing: Array(json.utf8)), ids: ids)
    }

    static func sseEvents(_ bytes: [UInt8]) throws -> [SSEEvent] {
        var reader = SSEReader()
        var events: [SSEEvent] = []
        reader.feed(bytes)
        while let event = try reader.next() { events.append(event) }
        while let event = try reader.finish() { events.append(event) }
        return events
    }

    /// What the reader makes of a stream, to the connection's end.
    static func events(_ stream: [UInt8]) throws -> [ChatEvent] {
        var reader = OpenAIChatWire.reader(ids: ids)
        return try sseEvents(stream).flatMap { reader.read($0) } + reader.closed()
    }

    /// A stream with these chunks, each given as its `choices`' only element or as a whole object.
    static func events(chunks: String...) throws -> [ChatEvent] {
        try events(Array(chunks.map { "data: \($0)\n\n" }.joined().utf8))
    }

    /// A chunk with this delta of choice 0.
    static func delta(_ delta: String, reason: String? = nil) -> String {
        let reason = reason.map { "\"\($0)\"" } ?? "null"
        return #"{"id":"c","model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]}"#
    }

    /// What the writer makes of events.
    static func written(_ events: [ChatEvent], for facts: ChatAnswerFacts = facts) -> [BodyChunk] {
        var writer = OpenAIChatWire.writer(for: facts)
        var chunks: [BodyChunk] = []
        for event in events { writer.write(event, to: &chunks) }
        return chunks
    }
}

/// The same numbers on every run.
struct ChatRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// What a streamed answer amounts to.
struct ChatEventTally: Equatable {
    var id: String?
    var model: String?
    var text = ""
    var refusal = ""
    var thoughts = ""
    var calls: [ChatCall] = []
    var stop: ChatStop?
    var usage: Usage?
    var hasFinished = false
    var fault: ChatFault?

    init(_ events: [ChatEvent]) {
        var part: ChatPartStart?
        for event in events {
            switch event {
            case .start(let id, let model, let usage): (self.id, self.model, self.usage) = (id, model, usage)
            case .begin(let start):
                part = start
                if case .call(let id, let name) = start { calls.append(ChatCall(id: id, name: name, arguments: "")) }
            case .delta(let piece):
                switch part {
                case .text: text += piece
                case .refusal: refusal += piece
                case .thinking: thoughts += piece
                case .call: calls[calls.count - 1].arguments += piece
                case nil: break
                }
            case .seal(let seal): if case .call = part { calls[calls.count - 1].seal = seal }
            case .end: part = nil
            case .usage(let usage): self.usage = usage
            case .stop(let stop): self.stop = stop
            case .finish: hasFinished = true
            case .failure(let fault): self.fault = fault
            case .ping: break
            }
        }
    }
}
