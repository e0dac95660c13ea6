import JSONBytes

/// One part of a provider's answer, whole or streamed.
enum GeminiAnswerPart: Equatable {
    case text(String, signature: String?)
    case thought(String, signature: String?)
    /// `id` is nil where Gemini gives none.
    case call(id: String?, name: String, arguments: String, signature: String?)

    private static let notes: Set<String> = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"]

    /// - Returns: nil for what is no part of what the model says to the client.
    static func read(_ part: JSONValue) throws(ChatFault) -> GeminiAnswerPart? {
        guard let members = part.object else { throw ChatFault(reason: "a part of it is no object.") }
        let signature = members["thoughtSignature"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        if let call = members["functionCall"] { return try readCall(call, signature) }
        if members["inlineData"] != nil || members["fileData"] != nil {
            throw ChatFault(reason: "there is something else than text in it, which cannot be told to a client of another format.")
        }
        // What tools that Google runs did is told by the model's words.
        if members.contains(where: { notes.contains($0.name) }) { return nil }
        let text = members["text"]?.string ?? ""
        guard !text.isEmpty || signature != nil else { return nil }
        return members["thought"]?.bool ?? false ? .thought(text, signature: signature) : .text(text, signature: signature)
    }

    private static func readCall(_ call: JSONValue, _ signature: String?) throws(ChatFault) -> GeminiAnswerPart {
        guard let name = call["name"]?.string, !name.isEmpty else { throw ChatFault(reason: "a call in it has no name.") }
        guard call["partialArgs"] == nil, !(call["willContinue"]?.bool ?? false) else {
            throw ChatFault(reason: "a call in it comes in pieces, which nobody had asked for.")
        }
        let arguments = call["args"] ?? .null
        guard arguments.isNull || arguments.object != nil else { throw ChatFault(reason: "the arguments of a call in it are no object.") }
        let text = arguments.isNull ? "{}" : String(decoding: arguments.written(), as: UTF8.self)
        return .call(id: call["id"]?.string.flatMap { $0.isEmpty ? nil : $0 }, name: name, arguments: text, signature: signature)
    }
}
