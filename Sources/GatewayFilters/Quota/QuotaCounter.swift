import GatewayCore

/// One counter of the memory store: what was counted and is not over, and what is held for calls that are open.
///
/// One of the three ways to count is in use, as the window of the counter's limit has it.
struct QuotaCounter {
    /// nil: the slot is free.
    var key: QuotaKey?
    private(set) var held = 0
    private var sliding = SlidingWindow()
    private var period = PeriodCount()
    private var bucket = LeakyBucket()
    /// The limit as the last demand had it.
    private var allowance = Self.unlimited

    /// Until the first demand.
    private static let unlimited = QuotaAllowance.atOnce(1)

    init(key: QuotaKey? = nil) { self.key = key }

    /// Makes the counter what it is at this moment, under this limit.
    mutating func advance(to now: QuotaTime, _ allowance: QuotaAllowance) {
        if self.allowance !== allowance { self.allowance = allowance }
        advance(to: now)
    }

    private mutating func advance(to now: QuotaTime) {
        switch allowance.window {
        case .sliding: sliding.advance(to: now.monotonic, window: allowance.nanoseconds)
        case .fixed, .calendar: if let current = allowance.period(around: now.unix) { period.advance(to: current) }
        case .bucket: bucket.advance(to: now.monotonic, amount: allowance.amount, refill: allowance.nanoseconds)
        case .open: break
        }
    }

    /// What is not counted and not held; below 0 when a limit was lowered or calls came to more than was held for them.
    var left: Int {
        switch allowance.window {
        case .sliding: allowance.amount - sliding.taken - held
        case .fixed, .calendar: allowance.amount - period.taken - held
        case .bucket(let burst, _): bucket.left(of: burst) - held
        case .open: allowance.amount - held
        }
    }

    /// Nothing is counted and nothing held.
    var isIdle: Bool {
        guard held == 0 else { return false }
        switch allowance.window {
        case .sliding: return sliding.taken == 0
        case .fixed, .calendar: return period.taken == 0
        case .bucket: return bucket.isEmpty
        case .open: return true
        }
    }

    /// - Returns: nil when there is room; else nanoseconds until there is, 0 when that hangs on calls that are open.
    mutating func wait(for demand: QuotaDemand, now: QuotaTime) -> Int64? {
        let needed = demand.amountMin
        if needed <= left || demand.amount == 0 || (allowance.isMetered && isIdle) { return nil }
        // Nothing but an idle counter takes a call that is larger than the limit.
        if needed > allowance.capacity { return held > 0 ? 0 : resetTime(now) }
        return needed > allowance.capacity - held ? 0 : waitForCounted(needed, now)
    }

    private mutating func waitForCounted(_ needed: Int, _ now: QuotaTime) -> Int64 {
        switch allowance.window {
        case .sliding:
            return sliding.wait(for: needed, limit: allowance.amount - held, window: allowance.nanoseconds, now: now.monotonic)
        case .fixed, .calendar: return resetTime(now)
        case .bucket(let burst, _):
            return bucket.wait(for: needed, held: held, burst: burst, rate: allowance.amount, refill: allowance.nanoseconds)
        case .open: return 0
        }
    }

    /// Takes what there is room for, or all of it from a shadow.
    ///
    /// - Returns: what was taken, and the mark of when it was counted; nil when it is held.
    mutating func take(_ demand: QuotaDemand, now: QuotaTime) -> (amount: Int, mark: Int64?) {
        let amount = demand.grant(left: allowance.isMetered && isIdle ? max(left, demand.amountMin) : left)
        guard !allowance.isHeld else {
            held += amount
            return (amount, nil)
        }
        return (amount, count(amount, now))
    }

    private mutating func count(_ amount: Int, _ now: QuotaTime) -> Int64 {
        switch allowance.window {
        case .sliding:
            return sliding.take(amount, limit: allowance.amount, window: allowance.nanoseconds, now: now.monotonic)
        case .fixed, .calendar: return period.add(amount)
        case .bucket:
            bucket.add(amount)
            return 0
        case .open: return 0
        }
    }

    mutating func settle(_ item: QuotaReservation.Item, actual: Int, now: QuotaTime) {
        advance(to: now)
        if let mark = item.mark {
            giveBack(max(0, item.amount - actual), mark)
        } else {
            held -= min(item.amount, held)
            if item.allowance.isMetered, actual > 0 { _ = count(actual, now) }
        }
    }

    private mutating func giveBack(_ amount: Int, _ mark: Int64) {
        switch allowance.window {
        case .sliding: sliding.giveBack(amount, mark: mark)
        case .fixed, .calendar: period.giveBack(amount, mark: mark)
        case .bucket: bucket.giveBack(amount)
        case .open: break
        }
    }

    mutating func snapshot(now: QuotaTime, isExceeded: Bool) -> QuotaSnapshot {
        QuotaSnapshot(
            limit: allowance.capacity, remaining: max(0, left), reset: .nanoseconds(resetTime(now)), isExceeded: isExceeded)
    }

    /// Nanoseconds until all that is counted is over.
    private mutating func resetTime(_ now: QuotaTime) -> Int64 {
        switch allowance.window {
        case .sliding: sliding.reset(window: allowance.nanoseconds, now: now.monotonic)
        case .fixed, .calendar: period.taken == 0 ? 0 : Int64(max(1, period.end - now.unix)) * 1_000_000_000
        case .bucket: bucket.reset(amount: allowance.amount, refill: allowance.nanoseconds)
        case .open: 0
        }
    }

    /// Whether it stands where it would stand if it were new.
    mutating func isForgettable(now: QuotaTime) -> Bool {
        guard held == 0 else { return false }
        advance(to: now)
        return isIdle
    }
}

/// A moment on both clocks.
struct QuotaTime {
    /// Nanoseconds since the store's epoch, for windows that slide.
    let monotonic: Int64
    /// Seconds since 1970, for windows that begin at a time of day.
    let unix: Int
}
