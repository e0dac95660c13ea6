/// An amount of US dollars, in billionths of one.
///
/// Whole numbers, so that sums are exact and stay below 2^53 (9 million dollars), which a Lua script counts exactly too. A sum that is too
/// large stays at the largest amount: no provider's answer can end the process by what it claims to have counted.
package struct Money: Hashable, Comparable, Sendable {
    package var nanodollars: Int

    package static let zero = Money(nanodollars: 0)

    package init(nanodollars: Int) {
        self.nanodollars = nanodollars
    }

    package static func < (left: Money, right: Money) -> Bool { left.nanodollars < right.nanodollars }

    package static func + (left: Money, right: Money) -> Money {
        let (sum, isTooLarge) = left.nanodollars.addingReportingOverflow(right.nanodollars)
        return Money(nanodollars: isTooLarge ? (right.nanodollars < 0 ? .min : .max) : sum)
    }

    package static func - (left: Money, right: Money) -> Money {
        let (difference, isTooLarge) = left.nanodollars.subtractingReportingOverflow(right.nanodollars)
        return Money(nanodollars: isTooLarge ? (right.nanodollars < 0 ? .max : .min) : difference)
    }

    package static func += (left: inout Money, right: Money) { left = left + right }
}

extension Money: CustomStringConvertible {
    /// Dollars in decimal digits, exact and without zeros at the end: `0.00125`, `12`, `-0.5`.
    package var description: String {
        let magnitude = nanodollars.magnitude
        let sign = nanodollars < 0 ? "-" : ""
        let (dollars, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(sign)\(dollars)" }
        var fraction = String(1_000_000_000 + rest).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(sign)\(dollars).\(fraction)"
    }
}
