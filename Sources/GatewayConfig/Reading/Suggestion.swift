/// Finds what someone probably meant.
enum Suggestion {
    /// - Returns: the candidate with the fewest typing mistakes between it and `text`; nil when all are too far away.
    static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.utf8.prefix(64))
        let distanceMax = wanted.count < 4 ? 1 : wanted.count < 8 ? 2 : 3
        var best: (text: String, distance: Int)?
        for candidate in candidates where abs(candidate.utf8.count - wanted.count) <= distanceMax && candidate != text {
            let found = distance(wanted, Array(candidate.utf8))
            if found <= distanceMax, found < best?.distance ?? .max { best = (candidate, found) }
        }
        return best?.text
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 0..<left.count {
            var current = [i + 1]
            current.reserveCapacity(right.count + 1)
            for j in 0..<right.count {
                let replaced = last[j] + (lowercase(left[i]) == lowercase(right[j]) ? 0 : 1)
                var cost = min(replaced, last[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
