/// Text in which each `*` stands for any run of characters, also an empty one. Case matters.
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// Whether only the text itself matches.
    package let isExact: Bool

    package init(_ text: String) {
        self.text = text
        isExact = !text.utf8.contains(UInt8(ascii: "*"))
    }

    package var description: String { text }

    package func matches(_ candidate: String) -> Bool {
        isExact ? text == candidate : Self.match(text.utf8, candidate.utf8)
    }

    /// Whether everything that `other` matches is matched by this one too.
    ///
    /// A star of `other` may stand for a character that occurs nowhere in this pattern, so only a star can take its place:
    /// comparing with the spelling of `other` decides it.
    package func covers(_ other: Glob) -> Bool {
        matches(other.text)
    }

    /// Backs up to the last star only, so the time is bounded by the product of the two lengths.
    static func match<Bytes: Collection<UInt8>>(_ pattern: Bytes, _ candidate: Bytes) -> Bool {
        let star = UInt8(ascii: "*")
        var p = pattern.startIndex
        var c = candidate.startIndex
        var resume: (pattern: Bytes.Index, candidate: Bytes.Index)?
        while c < candidate.endIndex {
            if p < pattern.endIndex, pattern[p] == star {
                resume = (pattern.index(after: p), c)
                p = pattern.index(after: p)
            } else if p < pattern.endIndex, pattern[p] == candidate[c] {
                p = pattern.index(after: p)
                c = candidate.index(after: c)
            } else if let last = resume {
                p = last.pattern
                c = candidate.index(after: last.candidate)
                resume = (p, c)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == star }
    }
}
