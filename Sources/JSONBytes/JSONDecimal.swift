/// A number taken apart, to compare it without rounding: 0.d₁d₂d₃… × 10^point.
struct JSONDecimal {
    private let isNegative: Bool
    /// Without zeros at either end; none for zero.
    private let digits: ArraySlice<UInt8>
    /// Saturates far beyond what any digits can make up for.
    private let point: Int

    private static let exponentMax = 1 << 40

    /// - Parameter spelling: a JSON number.
    init(_ spelling: String) {
        var bytes = Array(spelling.utf8)[...]
        isNegative = bytes.first == .minus
        if isNegative { bytes.removeFirst() }
        let mantissa = bytes.prefix { $0 | 0x20 != .letterE }
        let whole = mantissa.prefix { $0 != .dot }
        let all = Array(mantissa.filter { $0 != .dot })
        let significant = all.drop { $0 == .zero }
        let zerosBehind = significant.reversed().prefix { $0 == .zero }.count
        digits = significant.dropLast(zerosBehind)
        point = digits.isEmpty ? 0 : whole.count - (all.count - significant.count) + Self.exponent(bytes.dropFirst(mantissa.count + 1))
    }

    private static func exponent(_ spelling: ArraySlice<UInt8>) -> Int {
        var value = 0
        for byte in spelling where byte.isDigit { value = min(value * 10 + Int(byte - .zero), exponentMax) }
        return spelling.first == .minus ? -value : value
    }

    var int: Int? {
        guard !digits.isEmpty else { return 0 }
        guard point >= digits.count, point <= 19 else { return nil }
        var value = 0
        for index in 0..<point {
            let digit = index < digits.count ? Int(digits[digits.startIndex + index] - .zero) : 0
            let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeAgain) = tens.addingReportingOverflow(isNegative ? -digit : digit)
            guard !tooLarge, !tooLargeAgain else { return nil }
            value = sum
        }
        return value
    }

    func isLess(than other: JSONDecimal) -> Bool {
        if sign != other.sign { return sign < other.sign }
        return isNegative ? other.isSmallerInSize(than: self) : isSmallerInSize(than: other)
    }

    private var sign: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }

    private func isSmallerInSize(than other: JSONDecimal) -> Bool {
        if point != other.point { return point < other.point }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}
