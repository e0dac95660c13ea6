/// A name, or a pattern in which each `*` stands for any run of characters, also none.
///
/// Matching takes time linear in the text for each `*`: there is no back-tracking beyond the last one.
package struct ModelPattern: Hashable, Sendable, CustomStringConvertible {
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
    package var matchesEverything: Bool { !bytes.isEmpty && bytes.allSatisfy { $0 == UInt8(ascii: "*") } }

    package func matches(_ name: String) -> Bool {
        guard hasStar else { return name == text }
        return matches(Array(name.utf8))
    }

    private func matches(_ name: [UInt8]) -> Bool {
        var position = 0
        var pattern = 0
        var star: (pattern: Int, position: Int)?
        while position < name.count {
            if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "*") {
                star = (pattern, position)
                pattern += 1
            } else if pattern < bytes.count, bytes[pattern] == name[position] {
                pattern += 1
                position += 1
            } else if let last = star {
                pattern = last.pattern + 1
                position = last.position + 1
                star = (last.pattern, position)
            } else {
                return false
            }
        }
        return bytes[pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
