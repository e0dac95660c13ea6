import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

extension Recording {
    static let anthropic = of("anthropic")
    static let anthropicStreams = anthropic.filter(\.isStream)
    static let anthropicAnswers = anthropic.filter { !$0.isStream && $0.status == 200 && $0.path == "/v1/messages" }
    static let anthropicErrors = anthropic.filter { $0.status >= 400 }
}

/// Numbers that are the same in every run.
struct AnthropicRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

func anthropicJSON(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

/// A conversation with one word of the user's, and more members.
func anthropicRequest(_ members: String = "", content: String = #""Hi""#) throws -> ChatRequest {
    let more = members.isEmpty ? "" : "," + members
    let body = try anthropicJSON(#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":\#(content)}]\#(more)}"#)
    return try AnthropicWire.request(from: body, about: ChatRequestFacts())
}

/// What the writer makes of a request, and what it left out.
func anthropicBody(
    _ request: ChatRequest, policy: ChatLosses.Policy = .refuse, target: ChatTargetFacts = ChatTargetFacts(model: "claude")
) throws -> (body: JSONValue, dropped: [String]) {
    var losses = ChatLosses(policy: policy, target: .anthropic)
    let body = try AnthropicWire.body(of: request, for: target, losses: &losses)
    return (body, losses.dropped)
}

func anthropicEvents(_ bytes: [UInt8]) -> [SSEEvent] {
    var reader = SSEReader(eventBytesMax: .max)
    reader.feed(bytes)
    var events: [SSEEvent] = []
    while let event = try? reader.next() { events.append(event) }
    while let event = try? reader.finish() { events.append(event) }
    return events
}

func anthropicRead(_ events: [SSEEvent], isClosed: Bool = true) -> [ChatEvent] {
    var reader = AnthropicWire.reader(ids: ChatIDs(seed: "seed1234"))
    var read: [ChatEvent] = []
    for event in events { read += reader.read(event) }
    return isClosed ? read + reader.closed() : read
}

/// What a sequence of events amounts to.
struct AnthropicTold: Equatable {
    var id: String?
    var model: String?
    var parts: [ChatPart] = []
    var stop: ChatStop?
    var usage: Usage?
    var isFinished = false
    var fault: ChatFault?

    init(_ events: [ChatEvent]) {
        for event in events {
            switch event {
            case .start(let id, let model, let usage): (self.id, self.model, self.usage) = (id, model, usage)
            case .begin(.text): parts.append(.text(""))
            case .begin(.refusal): parts.append(.refusal(""))
            case .begin(.thinking): parts.append(.thinking(ChatThinking(text: "")))
            case .begin(.call(let id, let name)): parts.append(.call(ChatCall(id: id, name: name, arguments: "")))
            case .delta(let text): add(text)
            case .seal(let seal): add(seal)
            case .usage(let usage): self.usage = usage
            case .stop(let stop): self.stop = stop
            case .finish: isFinished = true
            case .failure(let fault): self.fault = fault
            case .end, .ping: break
            }
        }
    }

    private mutating func add(_ text: String) {
        switch parts.removeLast() {
        case .text(let before): parts.append(.text(before + text))
        case .refusal(let before): parts.append(.refusal(before + text))
        case .thinking(var thinking):
            thinking.text += text
            parts.append(.thinking(thinking))
        case .call(var call):
            call.arguments += text
            parts.append(.call(call))
        case let other: parts.append(other)
        }
    }

    private mutating func add(_ seal: ChatSeal) {
        switch parts.removeLast() {
        case .thinking(var thinking):
            thinking.seal = seal
            parts.append(.thinking(thinking))
        case .call(var call):
            call.seal = seal
            parts.append(.call(call))
        case let other: parts.append(other)
        }
    }
}

/// A stream fed piece by piece to its end, and everything that came out.
struct AnthropicRun {
    var chunks: [BodyChunk] = []
    var fault: AnswerFault?
    var stream: AnthropicStream

    init(_ bytes: [UInt8], pieces sizes: [Int], eventBytesMax: Int = 1 << 20) {
        stream = AnthropicStream(eventBytesMax: eventBytesMax)
        var at = 0
        for size in sizes where fault == nil && at < bytes.count {
            let end = size < bytes.count - at ? at + size : bytes.count
            take(stream.received(Array(bytes[at..<end])))
            at = end
        }
        if fault == nil { take(stream.closed()) }
    }

    init(_ text: String, eventBytesMax: Int = 1 << 20) {
        self.init(Array(text.utf8), pieces: [text.utf8.count], eventBytesMax: eventBytesMax)
    }

    init(_ bytes: [UInt8], every size: Int) {
        self.init(bytes, pieces: Array(repeating: size, count: bytes.count / size + 1))
    }

    private mutating func take(_ step: AnswerStep) {
        chunks += step.chunks
        fault = step.fault
    }

    var forwarded: [UInt8] { chunks.flatMap(\.bytes) }
    var forwardedText: String { String(decoding: forwarded, as: UTF8.self) }
}
