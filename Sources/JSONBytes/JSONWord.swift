/// A few bytes that are looked for in a text without parsing it, to find out whether parsing it is worth the while.
package struct JSONWord: Sendable {
    private let bytes: [UInt8]
    private let rare: Int

    /// - Parameter rare: which two of the word's bytes stand together most seldom in texts, as the index of the first of them.
    package init(_ word: StaticString, rare: Int) {
        bytes = Array("\(word)".utf8)
        self.rare = rare
        precondition(rare >= 0 && rare + 1 < bytes.count)
    }

    /// A name or a short text in quotes, as it stands in JSON.
    package init(quoting word: String) {
        bytes = [UInt8(ascii: "\"")] + Array(word.utf8) + [UInt8(ascii: "\"")]
        rare = bytes.count / 2 - 1
    }

    /// Where the text goes on behind the word's first place at or behind `start`; nil when it has none.
    package func end(in text: Span<UInt8>, from start: Int = 0) -> Int? {
        ByteSearch.index(of: bytes.span, rare: rare, in: text, from: start).map { $0 + bytes.count }
    }
}
