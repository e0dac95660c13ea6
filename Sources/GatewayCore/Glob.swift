/// Text in which each `*` stands for any run of characters, also an empty one. Compared byte by byte: case and spelling matter.
///
/// Backs up to the last star only, so the time is bounded by the product of the two lengths.
package struct Glob: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    private let bytes: [UInt8]
    private let hasStar: Bool

    package init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
        hasStar = bytes.contains(UInt8(ascii: "*"))
    }

    package var description: String { text }
    package var isExact: Bool { !hasStar }

    /// Whether everything that `other` matches is matched by this one too.
    ///
    /// A star of `other` may stand for a character that occurs nowhere in this pattern, so only a star can take its place:
    /// comparing with the spelling of `other` decides it.
    package func covers(_ other: Glob) -> Bool { Self.match(bytes, other.bytes) }

    package func matches(_ name: String) -> Bool {
        guard hasStar else { return name.utf8.elementsEqual(bytes) }
        return Self.match(bytes, Array(name.utf8))
    }

    /// The same for a pattern and a name that are at hand as UTF-8.
    package static func match(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var position = 0
        var step = 0
        var star: (step: Int, position: Int)?
        while position < name.count {
            if step < pattern.count, pattern[step] == UInt8(ascii: "*") {
                star = (step, position)
                step += 1
            } else if step < pattern.count, pattern[step] == name[position] {
                step += 1
                position += 1
            } else if let last = star {
                step = last.step + 1
                position = last.position + 1
                star = (last.step, position)
            } else {
                return false
            }
        }
        return pattern[step...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
