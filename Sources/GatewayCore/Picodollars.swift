/// A sum of small amounts, never below 0 and never above what it can hold (9 million dollars).
struct Picodollars {
    private(set) var amount = 0

    /// - Parameter count: what is negative counts as nothing.
    mutating func add(_ count: Int, at rate: Int) {
        guard count > 0 else { return }
        let (product, isProductTooLarge) = count.multipliedReportingOverflow(by: rate)
        let (sum, isSumTooLarge) = amount.addingReportingOverflow(product)
        amount = isProductTooLarge || isSumTooLarge ? .max : sum
    }

    /// Rounded up.
    mutating func scale(percent: Int) {
        let (product, isTooLarge) = amount.multipliedReportingOverflow(by: percent)
        amount = isTooLarge ? (percent < 100 ? amount / 100 * percent : .max) : product / 100 + (product % 100 == 0 ? 0 : 1)
    }

    /// Rounded up.
    var money: Money { Money(nanodollars: amount / 1000 + (amount % 1000 == 0 ? 0 : 1)) }
}
