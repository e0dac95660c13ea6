/// Whole numbers as the file spells them.
enum DecimalText {
    /// - Returns: nil unless the text is decimal digits only, without a leading zero, and fits.
    static func number(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != 0x30 else { return nil }
        return Int(text)
    }
}
