import JSONBytes

/// The block of a stream that is open. Of which kind it is shows its beginning or its first piece.
struct BedrockOpenBlock: Sendable {
    private enum Kind: Equatable, Sendable {
        case unknown, text, thinking, call
        /// Of tools that the provider runs itself, and whatever is still to come.
        case foreign
    }

    let index: Int
    private var kind = Kind.unknown
    private var hasArguments = false
    private var seal: ChatSeal?

    init(_ index: Int) {
        self.index = index
    }

    var isCall: Bool { kind == .call }

    /// - Returns: nil for a call without a name.
    mutating func begin(_ start: JSONValue?, ids: inout ChatIDs) -> [ChatEvent]? {
        guard let use = start?["toolUse"] else {
            if let start = start?.object, !start.isEmpty { kind = .foreign }
            return []
        }
        guard use["type"] != "server_tool_use" else {
            kind = .foreign
            return []
        }
        guard let name = use["name"]?.string, !name.isEmpty else { return nil }
        kind = .call
        let id = use["toolUseId"]?.string ?? ""
        return [.begin(.call(id: id.isEmpty ? ids.call() : id, name: name))]
    }

    /// - Returns: nil for a piece of another kind than those before it.
    mutating func take(_ delta: JSONValue) -> [ChatEvent]? {
        guard kind != .foreign else { return [] }
        if let text = delta["text"]?.string { return say(text, as: .text, .text) }
        if let reasoning = delta["reasoningContent"] { return think(reasoning) }
        guard let use = delta["toolUse"] else {
            // Citations, and whatever is still to come.
            return []
        }
        guard kind == .call else { return nil }
        guard let piece = use["input"]?.string, !piece.isEmpty else { return [] }
        hasArguments = true
        return [.delta(piece)]
    }

    func end() -> [ChatEvent] {
        var events: [ChatEvent] = []
        // No arguments are an empty object everywhere (wire.md, section 7.3).
        if kind == .call, !hasArguments { events.append(.delta("{}")) }
        if let seal { events.append(.seal(seal)) }
        return kind == .unknown || kind == .foreign ? [] : events + [.end]
    }

    private mutating func think(_ reasoning: JSONValue) -> [ChatEvent]? {
        if let data = reasoning["redactedContent"]?.string {
            seal = ChatSeal(.blob, data)
        } else if let signature = reasoning["signature"]?.string, !signature.isEmpty {
            seal = ChatSeal(.signature, signature)
        } else {
            return say(reasoning["text"]?.string ?? "", as: .thinking, .thinking)
        }
        guard kind == .unknown else { return kind == .thinking ? [] : nil }
        kind = .thinking
        return [.begin(.thinking)]
    }

    private mutating func say(_ text: String, as kind: Kind, _ start: ChatPartStart) -> [ChatEvent]? {
        guard self.kind == kind || self.kind == .unknown else { return nil }
        guard !text.isEmpty else { return [] }
        defer { self.kind = kind }
        return self.kind == .unknown ? [.begin(start), .delta(text)] : [.delta(text)]
    }
}
