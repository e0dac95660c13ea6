import JSONBytes

/// Errors of providers that speak another format.
enum AnthropicForeignError {
    /// The words of an error of OpenAI's, Gemini's, also in an array of one, or of a compatible server's: bounded, and without what looks like a key.
    ///
    /// - Returns: nil when there are none.
    static func message(in body: [UInt8]) -> String? {
        guard let parsed = try? JSONValue(parsing: body) else { return nil }
        let value = parsed[0] ?? parsed
        // A responses stream has the error inside the answer that failed.
        let error = value["error"] ?? value["response"]?["error"] ?? value
        let words = [error["message"], error, value["message"], value["detail"]]
        return words.compactMap { $0?.string }.first { !$0.isEmpty }.map(OpenAIErrorText.shown)
    }
}
