import JSONBytes

/// Reads a provider's whole answer.
///
/// Server tools at work, annotations and log probabilities are left out: a request in no format cannot ask for them.
///
/// - SeeAlso: wire.md, sections 3.4 and 7.6
enum OpenAIResponsesAnswerReader {
    static func read(_ body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        guard body.object != nil else { throw ChatFault(reason: "it is not the JSON object that it should be.") }
        let status = body["status"]?.string ?? "completed"
        if OpenAIResponsesFault.isFailed(body) { throw OpenAIResponsesFault.fault(body["error"]) }
        guard status == "completed" || status == "incomplete" else { throw ChatFault(reason: "it is not finished.") }
        guard let output = body["output"]?.array else { throw ChatFault(reason: "it has no \"output\".") }
        var ids = ids
        var parts: [ChatPart] = []
        for value in output { parts += try Self.parts(of: value, &ids) }
        let hasCalls = parts.contains { if case .call = $0 { true } else { false } }
        return ChatAnswer(
            id: body["id"]?.string, model: body["model"]?.string, parts: parts, stop: stop(of: body, isIncomplete: false, hasCalls: hasCalls),
            usage: OpenAIResponsesUsage.read(of: body))
    }

    /// Why it ended, of an answer that is completed or incomplete.
    ///
    /// - Parameter isIncomplete: whether something else than the answer's own status has said so.
    static func stop(of body: JSONValue, isIncomplete: Bool, hasCalls: Bool) -> ChatStop {
        guard isIncomplete || body["status"] == "incomplete" else { return hasCalls ? .calls : .finished }
        // Whatever else left it incomplete: what is there is not all.
        return body["incomplete_details"]?["reason"] == "content_filter" ? .filtered : .length
    }

    private static func parts(of value: JSONValue, _ ids: inout ChatIDs) throws(ChatFault) -> [ChatPart] {
        guard let item = OpenAIResponsesOutputItem(value) else { return [] }
        switch item.kind {
        case .message: return item.texts.map { if case .refusal = $0.slot { .refusal($0.text) } else { .text($0.text) } }
        case .reasoning:
            let text = OpenAIResponsesOutputItem.joined(item.texts.map(\.text))
            return text.isEmpty && item.seal == nil ? [] : [.thinking(ChatThinking(text: text, seal: item.seal))]
        case .call:
            guard let name = item.name, !name.isEmpty else { throw ChatFault(reason: "it calls a function without a name.") }
            let id = item.callID.flatMap { $0.isEmpty ? nil : $0 } ?? ids.call()
            let arguments = item.arguments ?? ""
            return [.call(ChatCall(id: id, name: name, arguments: arguments.isEmpty ? "{}" : arguments))]
        case .other: return []
        }
    }
}
