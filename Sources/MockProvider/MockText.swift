import JSONBytes

/// What the mock provider says, and how it counts tokens: the same for the same request, always.
///
/// Counting: every four bytes of text in a request, begun ones included, are one token, and every message costs three more; an answer
/// costs one token for each of its pieces (its words).
enum MockText {
    /// Text of a request that is said back, in characters.
    private static let quotedCharactersMax = 200
    private static let filler = ["Water", "finds", "its", "way", "over", "the", "weir", "and", "on", "to", "the", "sea."]

    /// The pieces of an answer, in order. Joined they are the text.
    struct Pieces: Sendable {
        let count: Int
        private let words: [String]

        init(words: [String]) {
            self.words = words
            count = words.count
        }

        /// `count` words, for as long an answer as is wanted without its memory.
        init(fillerCount: Int) {
            words = []
            count = fillerCount
        }

        subscript(index: Int) -> String {
            if !words.isEmpty { return words[index] }
            let word = MockText.filler[index % MockText.filler.count]
            return index == 0 ? word : " " + word
        }

        var text: String {
            var text = ""
            for index in 0..<count { text += self[index] }
            return text
        }
    }

    static func pieces(saying said: String, _ directives: Directives) -> Pieces {
        if let bytes = directives.textBytes {
            let line = "x" + String(repeating: "-", count: 62) + "\n"
            var pieces = Array(repeating: line, count: bytes / 64)
            if bytes % 64 > 0 { pieces.append(String(line.prefix(bytes % 64))) }
            return Pieces(words: pieces.isEmpty ? [""] : pieces)
        }
        if let count = directives.chunks { return Pieces(fillerCount: max(1, count)) }
        let quoted = said.count > quotedCharactersMax ? said.prefix(quotedCharactersMax) + "…" : said
        return Pieces(words: words(of: "This is the demo provider speaking; no model was asked. You said: \(quoted)"))
    }

    /// Words with the space before them.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) { words.append(words.isEmpty ? String(word) : " " + word) }
        return words
    }

    /// What the user said last, in the OpenAI dialect.
    static func lastSaid(in json: JSONObject?) -> String {
        var said = json?["prompt"]?.string ?? json?["input"]?.string ?? ""
        let messages = json?["messages"]?.array ?? json?["input"]?.array ?? []
        if let message = messages.last(where: { $0["role"]?.string == "user" }) { said = text(of: message["content"]) }
        return said
    }

    /// A string, or the text parts of an array.
    static func text(of content: JSONValue?) -> String {
        if let string = content?.string { return string }
        return (content?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: " ")
    }

    static func promptTokens(of json: JSONObject?) -> Int {
        guard let json else { return 0 }
        var count = 0
        for message in json["messages"]?.array ?? json["input"]?.array ?? [] {
            count += message.string.map(tokens(of:)) ?? 3 + tokens(of: text(of: message["content"]))
        }
        for name in ["prompt", "input", "instructions"] { count += json[name]?.string.map(tokens(of:)) ?? 0 }
        return count
    }

    static func tokens(of text: String) -> Int { (text.utf8.count + 3) / 4 }
}
