/// Finds out without parsing that an event of a running stream is like most: content, and nothing that the gateway must act on.
///
/// Inside a JSON string a quote is escaped, so the bytes `"usage"` stand in a chunk only where a name or a whole string says usage.
enum OpenAIMarks {
    /// Whether `data` may hold token counts or an error, and has to be read. A `"usage":null` does not count: with usage asked for,
    /// OpenAI writes it into every chunk.
    static func needsReading(_ data: ArraySlice<UInt8>) -> Bool {
        let bytes = data.span
        // Horspool's search for both words at once: it looks at the byte where a word would end and skips what cannot be part of one.
        var end = 6
        while end < bytes.count {
            let skip = Int(skips[Int(bytes[end])])
            guard skip == 0 else {
                end &+= skip
                continue
            }
            // Most quotes end another word.
            if bytes[end &- 6] == UInt8(ascii: "\"") {
                if spells(bytes, end &- 6, error) { return true }
                if spells(bytes, end &- 6, usage), !isNullMember(bytes, end &+ 1) { return true }
            }
            end &+= 6
        }
        return false
    }

    /// `[DONE]`, with spaces around it.
    static func isDone(_ data: ArraySlice<UInt8>) -> Bool {
        guard data.count >= 6, data.count < 64 else { return false }
        return data.filter { $0 != 0x20 && $0 != 0x09 }.elementsEqual("[DONE]".utf8)
    }

    private static let error = Array("\"error\"".utf8)
    private static let usage = Array("\"usage\"".utf8)

    /// How far a word that contains a byte may still reach behind it, at least; 0 for the quote, which ends both words. Behind a quote
    /// that ended none the next word may begin with it.
    private static let skips: InlineArray<256, UInt8> = {
        var skips = InlineArray<256, UInt8>(repeating: 7)
        for word in [error, usage] {
            for (index, byte) in word.enumerated() { skips[Int(byte)] = min(skips[Int(byte)], UInt8(6 - index)) }
        }
        return skips
    }()

    /// - Precondition: as many bytes as `word` has are left.
    @inline(__always)
    private static func spells(_ bytes: Span<UInt8>, _ at: Int, _ word: [UInt8]) -> Bool {
        for index in word.indices where bytes[at &+ index] != word[index] { return false }
        return true
    }

    /// Whether `: null` follows.
    private static func isNullMember(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
        var at = start
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == UInt8(ascii: ":") { at &+= 1 }
        return at < bytes.count && bytes[at] == UInt8(ascii: "n")
    }
}
