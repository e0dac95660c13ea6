import GatewayCore
import JSONBytes

/// Writes answers for Gemini clients, whole ones and the pieces of streamed ones.
///
/// - SeeAlso: wire.md, sections 5.2, 7.6 and 8.5
struct GeminiAnswerWriter {
    private let facts: ChatAnswerFacts
    var model: String?

    init(for facts: ChatAnswerFacts) { self.facts = facts }

    static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        var writer = GeminiAnswerWriter(for: facts)
        writer.model = answer.model
        var parts: [JSONObject] = []
        var isMalformed = false
        var hasCalls = false
        for part in answer.parts {
            switch part {
            case .text(let text), .refusal(let text): if !text.isEmpty { parts.append(GeminiPart.text(text)) }
            case .thinking(let thinking): writer.add(thinking, to: &parts)
            case .call(let call):
                if let call = writer.json(call, isFirst: !hasCalls) { parts.append(call) } else { isMalformed = true }
                hasCalls = true
            // No answer has these.
            case .image, .audio, .document, .result: break
            }
        }
        return .object(writer.piece(parts, finish: finish(answer.stop, isMalformed: isMalformed), usage: answer.usage))
    }

    /// Google's own word for a call whose arguments cannot be read, unless they were cut for want of room.
    static func finish(_ stop: ChatStop, isMalformed: Bool) -> String {
        isMalformed && stop != .length ? "MALFORMED_FUNCTION_CALL" : GeminiFinish.word(stop)
    }

    /// A `GenerateContentResponse`.
    ///
    /// - Parameter parts: none where the answer holds nothing: Gemini then leaves the list out.
    func piece(_ parts: [JSONObject], finish: String? = nil, usage: Usage? = nil) -> JSONObject {
        var content: JSONObject = [:]
        if !parts.isEmpty { content["parts"] = .array(parts.map(JSONValue.object)) }
        content["role"] = "model"
        var candidate: JSONObject = ["content": .object(content)]
        if let finish { candidate["finishReason"] = .string(finish) }
        candidate["index"] = 0
        var piece: JSONObject = ["candidates": [.object(candidate)]]
        if let usage { piece["usageMetadata"] = GeminiUsage.json(usage) }
        piece["modelVersion"] = .string(model ?? facts.model)
        piece["responseId"] = .string(facts.seed)
        return piece
    }

    /// - Parameter isFirst: whether it is the first call of the answer: that one has to be signed when it comes back.
    /// - Returns: nil when the arguments are no JSON object: a client would run the function without them.
    func json(_ call: ChatCall, isFirst: Bool) -> JSONObject? {
        guard let arguments = GeminiPart.arguments(call.arguments) else { return nil }
        let signature = call.seal?.text(native: .thought) ?? (isFirst ? GeminiPart.unsealed : nil)
        return GeminiPart.call(id: call.id, name: call.name, arguments: arguments, signature: signature)
    }

    /// Thoughts, with their seal in the place of Gemini's own; a client that may not read them still has to bring the seal back.
    private func add(_ thinking: ChatThinking, to parts: inout [JSONObject]) {
        let isTextSeal = thinking.text.isEmpty && thinking.seal?.kind == .thought
        if isTextSeal, let last = parts.last, last.count == 1, last["text"] != nil {
            parts[parts.count - 1]["thoughtSignature"] = thinking.seal.map { .string($0.data) }
        } else if let part = thought(thinking.text, thinking.seal) {
            parts.append(part)
        }
    }

    /// - Parameter isText: whether the seal is one of Gemini's that belongs to text, not to thoughts.
    func thought(_ text: String, _ seal: ChatSeal?) -> JSONObject? {
        let shown = facts.showsThoughts ? text : ""
        guard let seal else { return shown.isEmpty ? nil : GeminiPart.thought(shown) }
        if seal.kind == .thought, text.isEmpty { return ["text": "", "thoughtSignature": .string(seal.data)] }
        return GeminiPart.thought(shown, signature: seal.text(native: .thought))
    }
}
