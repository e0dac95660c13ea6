/// Finds long strings wherever they stand in a text, without reading what is between them as JSON.
package enum JSONLongStrings {
    /// Where the strings of at least `bytesMin` bytes stand, without their quotes, as they are spelled.
    ///
    /// - Parameter body: JSON that has been checked; of anything else the result says nothing.
    package static func find(in body: [UInt8], bytesMin: Int) -> [Range<Int>] {
        let text = body.span
        var found: [Range<Int>] = []
        var at = 0
        while let opening = quote(in: text, from: at) {
            let start = opening + 1
            guard let closing = quote(in: text, from: start) else { break }
            if closing - start >= bytesMin { found.append(start..<closing) }
            at = closing + 1
        }
        return found
    }

    /// The next quote that is not escaped.
    private static func quote(in text: Span<UInt8>, from start: Int) -> Int? {
        var at = start
        while true {
            at = ByteSearch.stringStop(in: text, from: at)
            guard at < text.count else { return nil }
            if text[at] == .quote { return at }
            at += text[at] == .backslash ? 2 : 1
            guard at <= text.count else { return nil }
        }
    }
}
