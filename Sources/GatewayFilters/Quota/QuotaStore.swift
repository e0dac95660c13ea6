package import GatewayCore

/// Something to take from one counter.
package struct QuotaDemand: Equatable, Sendable {
    package let key: QuotaKey
    package let allowance: QuotaLimit.Allowance
    /// Requests or units, at least 1. More than the limit is never granted.
    package let amount: Int

    package init(key: QuotaKey, allowance: QuotaLimit.Allowance, amount: Int = 1) {
        self.key = key
        self.allowance = allowance
        self.amount = amount
    }
}

/// Where one counter stands.
package struct QuotaSnapshot: Equatable, Sendable {
    package let limit: Int
    /// Never below 0, also when the limit was lowered under what is taken.
    package let remaining: Int
    /// Until all of the limit is there again, if nothing more is taken; zero for what is given back rather than run out.
    package let reset: Duration

    package init(limit: Int, remaining: Int, reset: Duration) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
    }
}

/// What was taken, for `settle`.
package struct QuotaReservation: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        package let key: QuotaKey
        package let amount: Int
        /// The store's own mark of when it was taken from a window; nil for what is taken until it is given back.
        package let mark: Int64?

        package init(key: QuotaKey, amount: Int, mark: Int64?) {
            self.key = key
            self.amount = amount
            self.mark = mark
        }
    }

    /// One for each demand, in their order.
    package let items: [Item]

    package init(items: [Item]) {
        self.items = items
    }
}

package enum QuotaDecision: Equatable, Sendable {
    /// Everything was taken. The snapshots are those after it, one for each demand.
    case granted(QuotaReservation, [QuotaSnapshot])
    /// Nothing was taken. `index` is the demand that found no room; of several, the one whose room takes longest.
    ///
    /// `retryAfter` says when there will be room if nothing else is taken; nil when nobody can know.
    case refused(index: Int, retryAfter: Duration?, [QuotaSnapshot])
}

/// Where counters live: in this process, or one day in Redis for many.
package protocol QuotaStore: Sendable {
    /// Takes all of `demands` or nothing, as one step that no other reservation comes between.
    ///
    /// - Parameter demands: each counter once.
    /// - Throws: when the store cannot be asked and the answer to that is to refuse.
    func reserve(_ demands: [QuotaDemand], now: ContinuousClock.Instant) async throws(GatewayError) -> QuotaDecision

    /// Corrects what was reserved to what it came to, once for each reservation; returns at once.
    ///
    /// - Parameter actual: one amount for each demand. 0 gives all of it back; of a limit `atOnce` everything is given back whatever is said.
    func settle(_ reservation: QuotaReservation, actual: [Int])
}
