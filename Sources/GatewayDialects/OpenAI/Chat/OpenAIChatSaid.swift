import JSONBytes

/// What a message or a delta says, apart from calls.
struct OpenAIChatSaid {
    var thoughts = ""
    var text = ""
    var refusal = ""

    init(_ message: JSONObject) {
        thoughts = Self.first(message["reasoning_content"], message["reasoning"])
        refusal = message["refusal"]?.string ?? ""
        guard let content = message["content"] else { return }
        if let text = content.string { self.text = text }
        // Mistral's reasoning models answer in parts.
        for part in content.array ?? [] {
            switch part["type"]?.string {
            case "text": text += part["text"]?.string ?? ""
            case "refusal": refusal += part["refusal"]?.string ?? ""
            case "thinking": for inner in part["thinking"]?.array ?? [] { thoughts += inner["text"]?.string ?? "" }
            default: break
            }
        }
    }

    var parts: [ChatPart] {
        var parts: [ChatPart] = []
        if !thoughts.isEmpty { parts.append(.thinking(ChatThinking(text: thoughts))) }
        if !text.isEmpty { parts.append(.text(text)) }
        if !refusal.isEmpty { parts.append(.refusal(refusal)) }
        return parts
    }

    /// The first that is a text and not empty: some servers say the same under both names.
    private static func first(_ values: JSONValue?...) -> String {
        values.lazy.compactMap { $0?.string }.first { !$0.isEmpty } ?? ""
    }

    /// JSON text of arguments; nil when there is none. Some servers send the object itself.
    static func arguments(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return nil }
        if let text = value.string { return text.isEmpty ? nil : text }
        return String(decoding: value.written(), as: UTF8.self)
    }

    /// Google's place for its seals in this format (wire.md, section 5.5); Vertex AI has another name for it.
    static func thoughtSignature(_ object: JSONObject) -> String? {
        guard let extra = object["extra_content"]?.object else { return nil }
        let text = first(extra["google"]?["thought_signature"], extra["vertex"]?["thought_signature"])
        return text.isEmpty ? nil : text
    }
}
