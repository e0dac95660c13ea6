/// Whole numbers as the file spells them.
enum DecimalText {
    /// - Returns: nil unless the text is decimal digits only, without a leading zero, and fits.
    static func number(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != 0x30 else { return nil }
        return Int(text)
    }

    /// A number with at most so many decimals, as a count of its smallest part: `0.25` in millionths is 250,000.
    ///
    /// - Returns: nil unless the text is decimal digits, with or without a point between two of them, and fits.
    static func number(_ text: some StringProtocol, decimals: Int) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = number(parts[0]) else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1].utf8) : []
        guard parts.count == 1 || (1...decimals).contains(fraction.count) else { return nil }
        var result = whole
        for place in 0..<decimals {
            let digit = place < fraction.count ? Int(fraction[place]) - 0x30 : 0
            guard (0...9).contains(digit) else { return nil }
            let (product, isTooLarge) = result.multipliedReportingOverflow(by: 10)
            guard !isTooLarge, product <= .max - digit else { return nil }
            result = product + digit
        }
        return result
    }
}
