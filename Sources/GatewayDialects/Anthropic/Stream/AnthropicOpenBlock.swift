import JSONBytes

/// The block of a stream that is open, and what it amounts to.
struct AnthropicOpenBlock: Sendable {
    private enum Kind: Equatable, Sendable {
        case text, thinking
        case redacted(String)
        case call(id: String, name: String)
        /// Of tools that the provider runs itself, and whatever is still to come (wire.md, section 8.2).
        case foreign
    }

    let index: Int
    private let kind: Kind
    private var hasBegun = false
    private var hasArguments = false
    /// Arguments that came whole with the beginning, as some compatible servers send them.
    private var input: JSONObject?
    private var signature = ""

    var isCall: Bool { if case .call = kind { true } else { false } }

    /// - Returns: nil for a call without a name.
    init?(_ index: Int, _ content: JSONValue, ids: inout ChatIDs) {
        self.index = index
        switch content["type"]?.string {
        case "text": kind = .text
        case "thinking": kind = .thinking
        case "redacted_thinking": kind = .redacted(content["data"]?.string ?? "")
        case "tool_use":
            guard let name = content["name"]?.string, !name.isEmpty else { return nil }
            let id = content["id"]?.string ?? ""
            kind = .call(id: id.isEmpty ? ids.call() : id, name: name)
            if let object = content["input"]?.object, !object.isEmpty { input = object }
        default: kind = .foreign
        }
    }

    /// What the beginning of the block brings: text as a rule is still empty, and then there is no part yet.
    mutating func begin(_ content: JSONValue) -> [ChatEvent] {
        switch kind {
        case .text: return say(content["text"]?.string, as: .text)
        case .thinking:
            signature = content["signature"]?.string ?? ""
            return say(content["thinking"]?.string, as: .thinking)
        case .redacted(let data):
            hasBegun = true
            return [.begin(.thinking), .seal(ChatSeal(.redacted, data))]
        case .call(let id, let name):
            hasBegun = true
            return [.begin(.call(id: id, name: name))]
        case .foreign: return []
        }
    }

    mutating func take(_ delta: JSONValue) -> [ChatEvent] {
        switch (kind, delta["type"]?.string) {
        case (.text, "text_delta"): return say(delta["text"]?.string, as: .text)
        case (.thinking, "thinking_delta"): return say(delta["thinking"]?.string, as: .thinking)
        case (.thinking, "signature_delta"):
            // The last one counts, as for the SDK.
            signature = delta["signature"]?.string ?? signature
            return []
        case (.call, "input_json_delta"):
            guard let piece = delta["partial_json"]?.string, !piece.isEmpty else { return [] }
            hasArguments = true
            return [.delta(piece)]
        default: return []
        }
    }

    func end() -> [ChatEvent] {
        var events: [ChatEvent] = []
        if isCall, !hasArguments {
            // No arguments are an empty object everywhere (wire.md, section 7.3).
            events.append(.delta(input.map { String(decoding: JSONValue.object($0).written(), as: UTF8.self) } ?? "{}"))
        }
        if !signature.isEmpty {
            if !hasBegun { events.append(.begin(.thinking)) }
            events.append(.seal(ChatSeal(.signature, signature)))
        }
        if hasBegun || !events.isEmpty { events.append(.end) }
        return events
    }

    private mutating func say(_ text: String?, as start: ChatPartStart) -> [ChatEvent] {
        guard let text, !text.isEmpty else { return [] }
        guard !hasBegun else { return [.delta(text)] }
        hasBegun = true
        return [.begin(start), .delta(text)]
    }
}
