/// Finds out without parsing that an event of a running stream is like most: content, and nothing that the gateway must act on.
///
/// Inside a JSON string a quote is escaped, so the bytes `"usage"` stand in a chunk only where a name or a whole string says usage.
enum OpenAIMarks {
    /// Whether `data` may hold token counts or an error, and has to be read. A `"usage":null` does not count: with usage asked for,
    /// OpenAI writes it into every chunk.
    static func needsReading(_ data: ArraySlice<UInt8>) -> Bool {
        let bytes = data.span
        var at = 0
        while at &+ 7 <= bytes.count {
            guard bytes[at] == UInt8(ascii: "\"") else {
                at &+= 1
                continue
            }
            let next = bytes[at &+ 1]
            if next == UInt8(ascii: "e"), spells(bytes, at, error) { return true }
            if next == UInt8(ascii: "u"), spells(bytes, at, usage), !isNullMember(bytes, at &+ 7) { return true }
            at &+= 1
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
