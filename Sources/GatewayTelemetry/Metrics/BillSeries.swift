package import GatewayCore

/// What a route's requests cost, and what that was made smaller or larger by. Sums in nanodollars that only grow, so that they can be counters.
package struct BillSeries: Equatable, Sendable {
    package private(set) var spent: UInt64 = 0
    /// Requests that cost something.
    package private(set) var paid: UInt64 = 0
    /// Requests that were answered by something else than an attempt of their own.
    package private(set) var unpaid: UInt64 = 0
    private var saved = InlineArray<5, UInt64>(repeating: 0)
    private var added = InlineArray<5, UInt64>(repeating: 0)

    package init() {}

    package func saved(by lever: Savings.Lever) -> UInt64 { saved[lever.index] }
    /// What a lever added to the bill: a retry that was paid, a prompt cache that was written and never read, a fallback to a dearer model.
    package func added(by lever: Savings.Lever) -> UInt64 { added[lever.index] }

    mutating func count(_ record: RequestRecord) {
        if let cost = record.cost {
            spent &+= UInt64(clamping: cost.nanodollars)
            paid &+= 1
        } else if record.costAvoided == nil {
            return
        }
        if record.costAvoided != nil { unpaid &+= 1 }
        let savings = Savings(record)
        for lever in Savings.Lever.allCases {
            let amount = savings[lever].nanodollars
            if amount > 0 { saved[lever.index] &+= UInt64(amount) } else { added[lever.index] &+= UInt64(amount.magnitude) }
        }
    }

    package mutating func add(_ other: BillSeries) {
        spent &+= other.spent
        paid &+= other.paid
        unpaid &+= other.unpaid
        for index in saved.indices {
            saved[index] &+= other.saved[index]
            added[index] &+= other.added[index]
        }
    }
}

extension BillSeries {
    package static func == (left: BillSeries, right: BillSeries) -> Bool {
        left.spent == right.spent && left.paid == right.paid && left.unpaid == right.unpaid
            && Savings.Lever.allCases.allSatisfy { left.saved(by: $0) == right.saved(by: $0) && left.added(by: $0) == right.added(by: $0) }
    }
}

extension Savings.Lever {
    fileprivate var index: Int {
        switch self {
        case .cache: 0
        case .singleFlight: 1
        case .promptCache: 2
        case .routing: 3
        case .retries: 4
        }
    }
}
