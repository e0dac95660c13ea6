import YAMLReader

/// What the references of a file stood for. Whatever key it was given to, it may be a secret, so no message may show it.
package struct ReferencedTexts: Sendable {
    private static let words = Array("what its reference stands for".utf8)
    /// A shorter text would be found inside words that have nothing to do with it: it is hidden only where it stands in quotes.
    private static let bareBytesMin = 4

    /// What is looked for in messages, by its first three bytes.
    private var needles: [Key: Set<[UInt8]>] = [:]

    private struct Key: Hashable {
        let bytes: SIMD4<UInt8>

        init?(_ text: ArraySlice<UInt8>) {
            guard text.count >= 3 else { return nil }
            let start = text.startIndex
            bytes = SIMD4(text[start], text[start + 1], text[start + 2], 0)
        }
    }

    package init() {}

    /// From now on hides a text, as it is and in every spelling that messages give it.
    mutating func remember(_ text: String) {
        guard !text.isEmpty else { return }
        for spelling in Set([text, text.lowercased(), Self.insidePointer(text)]) {
            let quoted = Array(spelling.quotedBriefly.utf8)
            insert(quoted)
            guard spelling.utf8.count >= Self.bareBytesMin else { continue }
            insert(Array(spelling.utf8))
            insert(Array(quoted.dropFirst().dropLast()))
        }
    }

    private mutating func insert(_ needle: [UInt8]) {
        if let key = Key(needle[...]) { needles[key, default: []].insert(needle) }
    }

    /// - SeeAlso: RFC 6901, section 3
    private static func insidePointer(_ text: String) -> String {
        String(text.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
    }

    /// The message with every such text replaced by words.
    package func hidden(in message: String) -> String {
        guard !needles.isEmpty else { return message }
        let bytes = Array(message.utf8)
        var result: [UInt8] = []
        var hiddenEnd = 0
        for index in bytes.indices {
            if let count = longestMatch(at: bytes[index...]) {
                if index >= hiddenEnd { result += Self.words }
                hiddenEnd = max(hiddenEnd, index + count)
            }
            if index >= hiddenEnd { result.append(bytes[index]) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a message that quotes this text would show what a reference stood for.
    func cover(_ text: String) -> Bool {
        !needles.isEmpty && hidden(in: text.quotedBriefly) != text.quotedBriefly
    }

    private func longestMatch(at text: ArraySlice<UInt8>) -> Int? {
        guard let key = Key(text), let candidates = needles[key] else { return nil }
        return candidates.filter { text.starts(with: $0) }.map(\.count).max()
    }
}
