/// Other people's words about an error, made fit to be shown to a client.
enum OpenAIErrorText {
    private static let lengthMax = 2000
    /// How keys begin. What begins so and is long is no word of a sentence.
    private static let keyMarks = ["sk-", "AIza", "gsk_", "xai-", "AKIA", "ya29.", "eyJ"]
    private static let keyLengthMin = 12

    /// At most 2,000 characters, and nothing that looks like a key (wire.md, section 9).
    static func shown(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        var word = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(lengthMax) {
            if scalar.properties.isAlphabetic || "0123456789-_.*".unicodeScalars.contains(scalar) {
                word.append(scalar)
            } else {
                shown += masked(word)
                shown.append(scalar)
                word = String.UnicodeScalarView()
            }
        }
        return String(shown + masked(word))
    }

    private static func masked(_ word: String.UnicodeScalarView) -> String.UnicodeScalarView {
        guard word.count >= keyLengthMin, keyMarks.contains(where: { String(word).hasPrefix($0) }) else { return word }
        return "[key]".unicodeScalars
    }
}
