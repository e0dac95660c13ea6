extension [UInt8] {
    /// Appends a number in decimal digits without making a string of it.
    mutating func appendDecimal(_ value: UInt64) {
        if value < 10 {
            append(0x30 + UInt8(truncatingIfNeeded: value))
            return
        }
        let start = count
        var rest = value
        while rest > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    mutating func appendDecimal(_ value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(UInt64(value.magnitude))
    }

    /// Appends the lowest `digits` decimal digits of a number, zeros in front.
    mutating func appendPadded(_ value: UInt64, digits: Int) {
        let start = count
        var rest = value
        for _ in 0..<digits {
            append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }
}
