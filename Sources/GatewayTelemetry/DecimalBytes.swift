extension [UInt8] {
    /// Appends a number in decimal digits without making a string of it.
    mutating func appendDecimal(_ value: UInt64) {
        var digits = 1
        var rest = value / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        appendPadded(value, digits: digits)
    }

    mutating func appendDecimal(_ value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(UInt64(value.magnitude))
    }

    /// Appends an amount of money as dollars, exact and without zeros at the end.
    mutating func appendDecimal(dollars nanodollars: UInt64) {
        appendDecimal(nanodollars / 1_000_000_000)
        guard nanodollars % 1_000_000_000 > 0 else { return }
        append(UInt8(ascii: "."))
        appendPadded(nanodollars % 1_000_000_000, digits: 9)
        while last == 0x30 { removeLast() }
    }

    /// Appends the lowest `digits` decimal digits of a number, zeros in front.
    mutating func appendPadded(_ value: UInt64, digits: Int) {
        let start = count
        for _ in 0..<digits { append(0x30) }
        var rest = value
        var index = start + digits - 1
        while index >= start, rest > 0 {
            self[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            index -= 1
        }
    }
}
