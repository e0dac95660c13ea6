import JSONBytes

/// Errors of providers that speak another format.
enum AnthropicForeignError {
    /// How keys begin that a provider might repeat in its message (wire.md, section 9: what looks like a key is removed).
    private static let keyBeginnings = ["sk-", "sk_", "AIza", "gsk_", "xai-", "r8_", "hf_", "ya29."]
    /// A shorter word is none.
    private static let keyCharactersMin = 12

    /// The words of an error of OpenAI's, Gemini's, also in an array of one, or of a compatible server's; bounded.
    ///
    /// - Returns: nil when there are none.
    static func message(in body: [UInt8]) -> String? {
        guard var value = try? JSONValue(parsing: body) else { return nil }
        if let first = value.array?.first { value = first }
        // A responses stream has the error inside the answer that failed.
        let error = value["error"] ?? value["response"]?["error"] ?? value
        let words = [error["message"], error, value["message"], value["detail"]]
        guard let text = words.compactMap({ $0?.string }).first(where: { !$0.isEmpty }) else { return nil }
        return withoutKeys(String(text.prefix(AnthropicFault.messageCharactersMax)))
    }

    private static func withoutKeys(_ text: String) -> String {
        guard keyBeginnings.contains(where: { text.contains($0) }) else { return text }
        var result = ""
        var word = ""
        for character in text {
            if character.isLetter || character.isNumber || "-_.*".contains(character) {
                word.append(character)
            } else {
                result += shown(word)
                result.append(character)
                word = ""
            }
        }
        return result + shown(word)
    }

    private static func shown(_ word: String) -> String {
        let isKey = word.count >= keyCharactersMin && keyBeginnings.contains { word.hasPrefix($0) }
        return isKey ? "[removed]" : word
    }
}
