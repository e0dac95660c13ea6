/// A number as it is spelled. `1`, `1.0` and `1e0` are three different ones: nothing is rounded, because nothing is converted.
package struct JSONNumber: Hashable, Sendable {
    /// By the grammar of RFC 8259.
    package let spelling: String

    /// - Returns: nil unless `spelling` is a JSON number and nothing else.
    package init?(_ spelling: String) {
        guard let found = try? JSONScanner.check(Array(spelling.utf8)), found.kind == .number else { return nil }
        guard found.value.count == spelling.utf8.count else { return nil }
        self.spelling = spelling
    }

    package init(_ integer: some FixedWidthInteger) { spelling = String(integer) }

    /// - Returns: nil for infinity and NaN, which JSON cannot spell.
    package init?(_ double: Double) {
        guard double.isFinite else { return nil }
        spelling = "\(double)"
    }

    /// A spelling that the scanner has already accepted.
    init(checked spelling: String) { self.spelling = spelling }

    /// The value when it is a whole number of 64 bits, also from `1e3` or `100.0`.
    package var int: Int? { JSONDecimal(spelling).int }

    /// The nearest double; infinity when the number is larger than any.
    package var double: Double { Double(spelling) ?? .nan }

    /// Whether the value is smaller than that of `other`, exactly, whatever their spelling and size.
    package func isLess(than other: JSONNumber) -> Bool {
        JSONDecimal(spelling).isLess(than: JSONDecimal(other.spelling))
    }
}
