import JSONBytes

/// Reads a whole answer of `converse`.
struct BedrockAnswerReader {
    private var ids: ChatIDs

    init(ids: ChatIDs) {
        self.ids = ids
    }

    mutating func read(_ body: JSONValue) throws(ChatFault) -> ChatAnswer {
        guard let content = body["output"]?["message"]?["content"]?.array else { throw ChatFault(reason: "it has no \"output.message.content\".") }
        guard let reason = body["stopReason"]?.string else { throw ChatFault(reason: "it does not say why it stopped.") }
        var parts: [ChatPart] = []
        var hasCalls = false
        for block in content {
            guard let part = try part(block) else { continue }
            if case .call = part { hasCalls = true }
            parts.append(part)
        }
        let sequence = body["additionalModelResponseFields"]?["stop_sequence"]?.string
        return ChatAnswer(
            parts: parts, stop: BedrockStop.stop(reason, sequence: sequence, hasCalls: hasCalls), usage: BedrockCounts.usage(body["usage"]))
    }

    /// Tools that the provider ran itself are none of the client's, and nor are their results.
    private mutating func part(_ block: JSONValue) throws(ChatFault) -> ChatPart? {
        if let text = block["text"]?.string { return text.isEmpty ? nil : .text(text) }
        if let use = block["toolUse"], use["type"] != "server_tool_use" { return .call(try call(use)) }
        if let reasoning = block["reasoningContent"] { return thinking(reasoning) }
        if let cited = block["citationsContent"]?["content"]?.array {
            let text = cited.compactMap { $0["text"]?.string }.joined()
            return text.isEmpty ? nil : .text(text)
        }
        return nil
    }

    private func thinking(_ reasoning: JSONValue) -> ChatPart? {
        if let data = reasoning["redactedContent"]?.string { return .thinking(ChatThinking(text: "", seal: ChatSeal(.blob, data))) }
        let text = reasoning["reasoningText"]?["text"]?.string ?? ""
        let signature = reasoning["reasoningText"]?["signature"]?.string ?? ""
        guard !text.isEmpty || !signature.isEmpty else { return nil }
        return .thinking(ChatThinking(text: text, seal: signature.isEmpty ? nil : ChatSeal(.signature, signature)))
    }

    private mutating func call(_ use: JSONValue) throws(ChatFault) -> ChatCall {
        guard let name = use["name"]?.string, !name.isEmpty else { throw ChatFault(reason: "a call in it has no name.") }
        let input = use["input"] ?? .null
        guard input.isNull || input.object != nil else { throw ChatFault(reason: "the arguments of a call in it are no object.") }
        let id = use["toolUseId"]?.string ?? ""
        return ChatCall(
            id: id.isEmpty ? ids.call() : id, name: name, arguments: input.isNull ? "{}" : String(decoding: input.written(), as: UTF8.self))
    }
}
