/// Takes text byte by byte, numbers among it.
protocol DecimalSink {
    mutating func append(_ byte: UInt8)

    /// Appends the lowest `digits` decimal digits of a number, zeros in front; 20 at most.
    mutating func appendPadded(_ value: UInt64, digits: Int)
}

extension Array: DecimalSink where Element == UInt8 {}

extension DecimalSink {
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
        var fraction = nanodollars % 1_000_000_000
        guard fraction > 0 else { return }
        append(UInt8(ascii: "."))
        var digits = 9
        while fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        appendPadded(fraction, digits: digits)
    }

    mutating func appendPadded(_ value: UInt64, digits: Int) {
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        var rest = value
        var index = 20
        while index > 20 - digits, rest > 0 {
            index -= 1
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        for index in (20 - digits)..<20 { append(text[index]) }
    }
}
