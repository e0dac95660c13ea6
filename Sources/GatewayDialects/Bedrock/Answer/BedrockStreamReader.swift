package import HTTPWire
import JSONBytes

/// Reads the events of `converse-stream`.
///
/// A block of text or thoughts begins with its first piece, a call with an event of its own, and each ends with one. Blocks come one after the other: what
/// is out of order is no answer. The end mark is `messageStop`; the counts come behind it.
package struct BedrockStreamReader: ChatStreamReader {
    private enum Stage: Equatable, Sendable {
        case waiting, answering, stopped, over
    }

    private var stage = Stage.waiting
    private var block: BedrockOpenBlock?
    private var hasCalls = false
    private var ids: ChatIDs

    package init(ids: ChatIDs) {
        self.ids = ids
    }

    package mutating func read(_ event: SSEEvent) -> [ChatEvent] {
        guard stage != .over else { return [] }
        let name = event.name ?? ""
        if BedrockFault.isFault(name) {
            stage = .over
            return [.failure(BedrockFault.fault(name, Array(event.data)))]
        }
        guard let data = try? JSONValue(parsing: Array(event.data)), data.object != nil else { return broken("an event of its stream is not JSON.") }
        switch (name, stage) {
        case ("messageStart", .waiting):
            stage = .answering
            return [.start(id: nil, model: nil, usage: nil)]
        case ("contentBlockStart", .answering): return begin(data)
        case ("contentBlockDelta", .answering): return delta(data)
        case ("contentBlockStop", .answering): return end(data)
        case ("messageStop", .answering): return stop(data)
        case ("metadata", .stopped): return finish(data)
        case ("messageStart", _), ("contentBlockStart", _), ("contentBlockDelta", _), ("contentBlockStop", _), ("messageStop", _), ("metadata", _):
            return broken(Self.disorder)
        default: return []
        }
    }

    /// Behind the end mark only the counts can be missing.
    package mutating func closed() -> [ChatEvent] {
        guard stage == .stopped else { return [] }
        stage = .over
        return [.finish]
    }

    private static let disorder = "an event of its stream is out of order."

    private mutating func begin(_ data: JSONValue) -> [ChatEvent] {
        guard block == nil, let index = data["contentBlockIndex"]?.int else { return broken(Self.disorder) }
        var opened = BedrockOpenBlock(index)
        guard let events = opened.begin(data["start"], ids: &ids) else { return broken("a call in its stream has no name.") }
        if opened.isCall { hasCalls = true }
        block = opened
        return events
    }

    private mutating func delta(_ data: JSONValue) -> [ChatEvent] {
        guard let index = data["contentBlockIndex"]?.int, let delta = data["delta"] else { return broken(Self.disorder) }
        if block == nil { block = BedrockOpenBlock(index) }
        guard block?.index == index, let events = block?.take(delta) else { return broken(Self.disorder) }
        return events
    }

    /// A block in which nothing was said may end without having begun.
    private mutating func end(_ data: JSONValue) -> [ChatEvent] {
        guard let index = data["contentBlockIndex"]?.int, block == nil || block?.index == index else { return broken(Self.disorder) }
        defer { block = nil }
        return block?.end() ?? []
    }

    private mutating func stop(_ data: JSONValue) -> [ChatEvent] {
        guard let reason = data["stopReason"]?.string else { return broken("it does not say why it stopped.") }
        stage = .stopped
        defer { block = nil }
        let sequence = data["additionalModelResponseFields"]?["stop_sequence"]?.string
        return (block?.end() ?? []) + [.stop(BedrockStop.stop(reason, sequence: sequence, hasCalls: hasCalls))]
    }

    private mutating func finish(_ data: JSONValue) -> [ChatEvent] {
        stage = .over
        return (BedrockCounts.usage(data["usage"]).map { [.usage($0)] } ?? []) + [.finish]
    }

    private mutating func broken(_ reason: String) -> [ChatEvent] {
        stage = .over
        return [.failure(ChatFault(reason: reason))]
    }
}
