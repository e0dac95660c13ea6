import JSONBytes

/// Writes a whole answer for a client.
///
/// - SeeAlso: wire.md, sections 4.2 and 7.5
enum AnthropicAnswerWriter {
    static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        var body: JSONObject = [
            "id": .string("msg_" + facts.seed), "type": "message", "role": "assistant", "model": .string(answer.model ?? facts.model),
            "content": .array(answer.parts.flatMap { blocks($0, of: answer, facts) }),
        ]
        for member in AnthropicStop.members(answer.stop) { body[member.name] = member.value }
        body["usage"] = .object(AnthropicCounts.written(answer.usage))
        return .object(body)
    }

    private static func blocks(_ part: ChatPart, of answer: ChatAnswer, _ facts: ChatAnswerFacts) -> [JSONValue] {
        switch part {
        case .text(let text), .refusal(let text): return text.isEmpty ? [] : [["type": "text", "text": .string(text)]]
        case .thinking(let thinking):
            let text = facts.showsThoughts ? thinking.text : ""
            guard let seal = thinking.seal else { return text.isEmpty ? [] : [self.thinking(text, signature: "")] }
            return sealed(seal, text)
        case .call(let call): return blocks(call, wasCut: answer.stop == .length)
        // Models do not answer with these in any format that is read here.
        case .image, .audio, .document, .result: return []
        }
    }

    /// A seal in the place where Anthropic keeps one. Behind what was redacted there is no text.
    private static func sealed(_ seal: ChatSeal, _ text: String) -> [JSONValue] {
        guard seal.kind == .redacted else { return [thinking(text, signature: seal.text(native: .signature))] }
        let redacted: JSONValue = ["type": "redacted_thinking", "data": .string(seal.data)]
        return text.isEmpty ? [redacted] : [thinking(text, signature: ""), redacted]
    }

    private static func thinking(_ text: String, signature: String) -> JSONValue {
        ["type": "thinking", "thinking": .string(text), "signature": .string(signature)]
    }

    /// A call, and behind it a block without thoughts that holds its seal.
    ///
    /// Arguments that are no JSON object come with a call that was cut, and then it is left out: half of it is no call. From a model that cannot write
    /// JSON they are given as they are, under a name that no tool has, so that the tool refuses them and the model hears of it.
    private static func blocks(_ call: ChatCall, wasCut: Bool) -> [JSONValue] {
        let input = AnthropicRequestWriter.object(call.arguments)
        guard input != nil || !wasCut else { return [] }
        let use: JSONValue = [
            "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
            "input": .object(input ?? ["invalid_arguments": .string(call.arguments)]),
        ]
        return [use] + (call.seal.map { sealed($0, "") } ?? [])
    }
}
