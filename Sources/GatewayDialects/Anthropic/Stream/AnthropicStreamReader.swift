package import HTTPWire
import JSONBytes

/// Reads a provider's stream.
///
/// Blocks come one after the other and are closed each (0 of 102 recorded streams overlap): what is out of order is no answer, and ends the stream with
/// a failure.
///
/// - SeeAlso: wire.md, sections 4.3 and 8.2
package struct AnthropicStreamReader: ChatStreamReader {
    private enum Stage: Equatable, Sendable {
        case waiting, answering, stopped, over
    }

    private var stage = Stage.waiting
    private var block: AnthropicOpenBlock?
    private var counts = AnthropicCounts()
    private var hasCalls = false
    private var ids: ChatIDs

    package init(ids: ChatIDs) {
        self.ids = ids
    }

    package mutating func read(_ event: SSEEvent) -> [ChatEvent] {
        guard stage != .over, event.hasData else { return [] }
        if event.isNamed("ping") { return stage == .waiting ? [] : [.ping] }
        guard let data = try? JSONValue(parsing: Array(event.data)) else {
            // A last event that was cut is no fault of its own: there is no end mark either.
            return event.isComplete ? broken("an event of its stream is not JSON.") : []
        }
        return read(data["type"]?.string ?? event.name ?? "", data)
    }

    /// The end mark is an event: without it the stream was cut.
    package mutating func closed() -> [ChatEvent] { [] }

    private mutating func read(_ type: String, _ data: JSONValue) -> [ChatEvent] {
        switch (type, stage) {
        case ("error", _):
            stage = .over
            return [.failure(AnthropicFault.fault(data["error"]))]
        case ("message_start", .waiting): return start(data["message"])
        case ("content_block_start", .answering): return begin(data)
        case ("content_block_delta", .answering): return delta(data)
        case ("content_block_stop", .answering):
            return data["index"]?.int == block?.index ? end() : broken("an event of its stream is out of order.")
        case ("message_delta", .answering), ("message_delta", .stopped): return stop(data)
        case ("message_stop", .stopped):
            stage = .over
            return [.finish]
        case ("ping", .answering), ("ping", .stopped): return [.ping]
        case ("message_start", _), ("content_block_start", _), ("content_block_delta", _), ("content_block_stop", _), ("message_delta", _),
            ("message_stop", _):
            return broken("an event of its stream is out of order.")
        default: return []  // Anthropic promises to add some.
        }
    }

    private mutating func start(_ message: JSONValue?) -> [ChatEvent] {
        stage = .answering
        counts.merge(message?["usage"])
        return [.start(id: message?["id"]?.string, model: message?["model"]?.string, usage: counts.usage)]
    }

    private mutating func begin(_ data: JSONValue) -> [ChatEvent] {
        guard let index = data["index"]?.int, let content = data["content_block"], content.object != nil else {
            return broken("an event of its stream is not what it should be.")
        }
        guard block == nil else { return broken("blocks of its stream overlap.") }
        guard var opened = AnthropicOpenBlock(index, content, ids: &ids) else { return broken("a call in its stream has no name.") }
        if opened.isCall { hasCalls = true }
        let events = opened.begin(content)
        block = opened
        return events
    }

    private mutating func delta(_ data: JSONValue) -> [ChatEvent] {
        guard let index = data["index"]?.int, index == block?.index, let delta = data["delta"] else {
            return broken("an event of its stream is out of order.")
        }
        return block?.take(delta) ?? []
    }

    private mutating func end() -> [ChatEvent] {
        defer { block = nil }
        return block?.end() ?? []
    }

    private mutating func stop(_ data: JSONValue) -> [ChatEvent] {
        var events: [ChatEvent] = []
        if let usage = data["usage"] {
            counts.merge(usage)
            if let usage = counts.usage { events.append(.usage(usage)) }
        }
        guard stage == .answering, let reason = data["delta"]?["stop_reason"]?.string else { return events }
        stage = .stopped
        let sequence = data["delta"]?["stop_sequence"]?.string
        return events + end() + [.stop(AnthropicStop.stop(reason, sequence: sequence, hasCalls: hasCalls))]
    }

    private mutating func broken(_ reason: String) -> [ChatEvent] {
        stage = .over
        return [.failure(ChatFault(reason: reason))]
    }
}
