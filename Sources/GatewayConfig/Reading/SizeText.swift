/// Sizes as the file spells them: `64KiB`, `10MiB`.
enum SizeText {
    private static let units: [(name: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

    /// In the largest unit that leaves no remainder.
    static func text(_ bytes: Int) -> String {
        let unit = units.first { bytes >= $0.bytes && bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }

    /// - Returns: nil when the text is not a whole number with one of the units.
    static func bytes(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.name) {
            guard let number = DecimalText.number(text.dropLast(unit.name.count)) else { return nil }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
            return overflow ? nil : bytes
        }
        return nil
    }
}
