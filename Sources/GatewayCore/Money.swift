/// An amount of US dollars, in billionths of one.
///
/// Whole numbers, so that sums are exact and stay below 2^53 (9 million dollars), which a Lua script counts exactly too.
package struct Money: Hashable, Comparable, Sendable {
    package var nanodollars: Int

    package static let zero = Money(nanodollars: 0)

    package init(nanodollars: Int) {
        self.nanodollars = nanodollars
    }

    package static func < (left: Money, right: Money) -> Bool { left.nanodollars < right.nanodollars }
    package static func + (left: Money, right: Money) -> Money { Money(nanodollars: left.nanodollars + right.nanodollars) }
    package static func - (left: Money, right: Money) -> Money { Money(nanodollars: left.nanodollars - right.nanodollars) }
    package static func += (left: inout Money, right: Money) { left = left + right }
}
