package import GatewayCore

/// Something to take from one counter.
package struct QuotaDemand: Equatable, Sendable {
    /// How much room is room enough.
    package enum Room: Equatable, Sendable {
        /// All of `amount`.
        case whole
        /// What is left, if it is at least this much.
        case part(least: Int)
        /// Anything: the counter may end up over its limit.
        case any
    }

    package let key: QuotaKey
    package let allowance: QuotaAllowance
    /// Requests, places, or the tokens or nanodollars that a call may come to; at least 0.
    package let amount: Int
    package var room: Room
    /// Taken whatever the counter says.
    package var isShadow: Bool
    package var withoutStore: QuotaLimit.WithoutStore

    package init(
        key: QuotaKey, allowance: QuotaAllowance, amount: Int = 1, room: Room = .whole, isShadow: Bool = false,
        withoutStore: QuotaLimit.WithoutStore = .share(pods: 1)
    ) {
        self.key = key
        self.allowance = allowance
        self.amount = amount
        self.room = room
        self.isShadow = isShadow
        self.withoutStore = withoutStore
    }

    /// The least that has to be left.
    var amountMin: Int {
        switch room {
        case .whole: amount
        case .part(let least): min(amount, least)
        case .any: min(amount, 1)
        }
    }

    /// What of it is taken where so much is left, unless that is too little.
    func grant(left: Int) -> Int {
        if case .part(let least) = room { min(amount, max(left, min(amount, least))) } else { amount }
    }
}

/// Where one counter stands.
package struct QuotaSnapshot: Equatable, Sendable {
    package let limit: Int
    /// Never below 0, also when the limit was lowered under what is taken.
    package let remaining: Int
    /// Until all of the limit is there again, if nothing more is taken; zero for what is given back rather than run out.
    package let reset: Duration
    /// The request would have been refused, had the limit not been a shadow.
    package var isExceeded: Bool

    package init(limit: Int, remaining: Int, reset: Duration, isExceeded: Bool = false) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.isExceeded = isExceeded
    }
}

/// What was taken, for `settle`.
package struct QuotaReservation: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        package let key: QuotaKey
        package let allowance: QuotaAllowance
        /// What was taken of it, or is held.
        package let amount: Int
        /// The store's own mark of when it was counted; nil for what is held and not counted yet.
        package let mark: Int64?
        /// Where the store had the counter; it may have moved since.
        let slot: Int

        package init(key: QuotaKey, allowance: QuotaAllowance, amount: Int, mark: Int64?, slot: Int = 0) {
            self.key = key
            self.allowance = allowance
            self.amount = amount
            self.mark = mark
            self.slot = slot
        }
    }

    /// Where it was taken.
    package enum Place: Equatable, Sendable {
        /// In this process.
        case here
        /// In Redis, under this id, and noted here.
        case redis(id: String)
        /// Here, since Redis could not be asked; it still has to be told.
        case outage
    }

    /// One for each demand, in their order.
    package let items: [Item]
    package let place: Place
    /// What was noted in this process of something that was taken elsewhere.
    package let notes: [Item]

    package init(items: [Item], place: Place = .here, notes: [Item] = []) {
        self.items = items
        self.place = place
        self.notes = notes
    }
}

package enum QuotaDecision: Equatable, Sendable {
    /// Everything was taken. The snapshots are those after it, one for each demand.
    case granted(QuotaReservation, [QuotaSnapshot])
    /// Nothing was taken. `index` is the demand that found no room; of several, the one whose room takes longest.
    ///
    /// `retryAfter` says when there will be room if nothing else is taken; nil when nobody can know, since it hangs on calls that are open.
    case refused(index: Int, retryAfter: Duration?, [QuotaSnapshot])
}

/// Where counters live: in this process, or in Redis for many.
///
/// What a call of unknown length may come to is *held* while it is open and *counted* when it has ended: a counter is full when both together
/// reach its limit. Requests are counted when they come. A counter of tokens or money that has nothing counted and nothing held takes any
/// call, also one that may come to more than the limit.
package protocol QuotaStore: Sendable {
    /// Takes all of `demands` or nothing, as one step that no other reservation comes between.
    ///
    /// - Parameter demands: each counter once.
    /// - Throws: when the store cannot be asked and the answer to that is to refuse.
    func reserve(_ demands: [QuotaDemand], on worker: any WorkerServices) async throws(GatewayError) -> QuotaDecision

    /// The same where nobody has to be waited for; nil: `reserve` does it.
    func reserveAtOnce(_ demands: [QuotaDemand], on worker: any WorkerServices) -> QuotaDecision?

    /// Ends a reservation, once; returns at once.
    ///
    /// - Parameter actual: what it came to, one amount for each demand. Of requests, 0 gives back what was counted; of tokens and money this
    ///   is counted now, whatever was held; of a limit `atOnce` everything is given back whatever is said.
    func settle(_ reservation: QuotaReservation, actual: [Int], on worker: any WorkerServices)
}

extension QuotaStore {
    package func reserveAtOnce(_ demands: [QuotaDemand], on worker: any WorkerServices) -> QuotaDecision? { nil }
}
