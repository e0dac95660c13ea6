import JSONBytes

/// Reads a provider's whole answer.
///
/// - SeeAlso: wire.md, section 5.2
enum GeminiAnswerReader {
    static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        let piece = try GeminiPiece(body)
        guard let stop = stop(of: piece) else { throw ChatFault(reason: "it has no end.") }
        var ids = ids
        var parts: [ChatPart] = []
        for part in piece.parts { add(part, to: &parts, &ids) }
        return ChatAnswer(id: piece.id, model: piece.model, parts: parts, stop: stop, usage: piece.usage.flatMap(GeminiUsage.read))
    }

    private static func stop(of piece: GeminiPiece) -> ChatStop? {
        let hasCalls = piece.parts.contains { if case .call = $0 { true } else { false } }
        if let reason = piece.finishReason { return GeminiFinish.stop(reason, hasCalls: hasCalls) }
        return piece.isBlocked ? .filtered : nil
    }

    /// A signature of text is kept as thoughts that cannot be read, behind the text.
    private static func add(_ part: GeminiAnswerPart, to parts: inout [ChatPart], _ ids: inout ChatIDs) {
        switch part {
        case .text(let text, let signature):
            if !text.isEmpty { parts.append(.text(text)) }
            if let signature { parts.append(.thinking(ChatThinking(text: "", seal: ChatSeal(.thought, signature)))) }
        case .thought(let text, let signature):
            parts.append(.thinking(ChatThinking(text: text, seal: signature.map { ChatSeal(.thought, $0) })))
        case .call(let id, let name, let arguments, let signature):
            let seal = signature.map { ChatSeal(.thought, $0) }
            parts.append(.call(ChatCall(id: id ?? ids.call(), name: name, arguments: arguments, seal: seal)))
        }
    }
}
