import JSONBytes

/// Reads a provider's whole answer.
///
/// - SeeAlso: wire.md, section 4.2
struct AnthropicAnswerReader {
    private var ids: ChatIDs

    init(ids: ChatIDs) {
        self.ids = ids
    }

    mutating func read(_ body: JSONValue) throws(ChatFault) -> ChatAnswer {
        if body["type"] == "error" || body["error"]?.object != nil { throw AnthropicFault.fault(body["error"]) }
        guard let content = body["content"]?.array else { throw ChatFault(reason: "it has no \"content\".") }
        guard let reason = body["stop_reason"]?.string else { throw ChatFault(reason: "it does not say why it stopped.") }
        var parts: [ChatPart] = []
        var hasCalls = false
        for block in content {
            guard let part = try part(block) else { continue }
            if case .call = part { hasCalls = true }
            parts.append(part)
        }
        var counts = AnthropicCounts()
        counts.merge(body["usage"])
        return ChatAnswer(
            id: body["id"]?.string, model: body["model"]?.string, parts: parts,
            stop: AnthropicStop.stop(reason, sequence: body["stop_sequence"]?.string, hasCalls: hasCalls), usage: counts.usage)
    }

    /// Tools that the provider ran itself are none of the client's, and nor are their results (wire.md, section 8.2).
    private mutating func part(_ block: JSONValue) throws(ChatFault) -> ChatPart? {
        switch block["type"]?.string {
        case "text":
            let text = block["text"]?.string ?? ""
            return text.isEmpty ? nil : .text(text)
        case "thinking":
            let text = block["thinking"]?.string ?? ""
            let signature = block["signature"]?.string ?? ""
            guard !text.isEmpty || !signature.isEmpty else { return nil }
            return .thinking(ChatThinking(text: text, seal: signature.isEmpty ? nil : ChatSeal(.signature, signature)))
        case "redacted_thinking":
            guard let data = block["data"]?.string else { return nil }
            return .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, data)))
        case "tool_use": return .call(try call(block))
        default: return nil
        }
    }

    private mutating func call(_ block: JSONValue) throws(ChatFault) -> ChatCall {
        guard let name = block["name"]?.string, !name.isEmpty else { throw ChatFault(reason: "a call in it has no name.") }
        let input = block["input"] ?? .null
        guard input.isNull || input.object != nil else { throw ChatFault(reason: "the arguments of a call in it are no object.") }
        let id = block["id"]?.string ?? ""
        return ChatCall(
            id: id.isEmpty ? ids.call() : id, name: name, arguments: input.isNull ? "{}" : String(decoding: input.written(), as: UTF8.self))
    }
}
