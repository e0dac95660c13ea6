/// The counters of one shard, and the sweep that forgets those nobody uses.
struct QuotaShard {
    private struct Counter {
        /// nil: the slot is free.
        var key: QuotaKey?
        var window = SlidingWindow()
        /// Nanoseconds; what the counter's limit said last.
        var windowLength: Int64 = 0
        /// Taken from a limit `atOnce`.
        var pending = 0
    }

    /// How many counters each reservation looks at. More than one, so that the sweep outruns the making of new ones.
    private static let sweptPerReservation = 2

    private var slots: [QuotaKey: Int] = [:]
    private var counters: [Counter] = []
    private var freeSlots: [Int] = []
    private var cursor = 0

    var count: Int { slots.count }

    /// Where the counter of `key` is, made if need be. Good until the next sweep.
    mutating func slot(of key: QuotaKey) -> Int {
        if let slot = slots[key] { return slot }
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            counters[slot].key = key
        } else {
            slot = counters.count
            counters.append(Counter(key: key))
        }
        slots[key] = slot
        return slot
    }

    /// - Returns: nil when there is room; else nanoseconds until there is, 0 when that cannot be known.
    mutating func wait(at slot: Int, for demand: QuotaDemand, now: Int64) -> Int64? {
        switch demand.allowance {
        case .requests(let limit, let window):
            counters[slot].windowLength = window.nanoseconds
            let wait = counters[slot].window.wait(for: demand.amount, limit: limit, window: window.nanoseconds, now: now)
            return wait == 0 ? nil : wait
        case .atOnce(let limit):
            return demand.amount <= limit && counters[slot].pending <= limit - demand.amount ? nil : 0
        }
    }

    mutating func take(at slot: Int, _ demand: QuotaDemand, now: Int64) -> QuotaReservation.Item {
        var mark: Int64?
        switch demand.allowance {
        case .requests(let limit, let window):
            mark = counters[slot].window.take(demand.amount, limit: limit, window: window.nanoseconds, now: now)
        case .atOnce:
            counters[slot].pending += demand.amount
        }
        return QuotaReservation.Item(key: demand.key, amount: demand.amount, mark: mark)
    }

    mutating func snapshot(at slot: Int, of demand: QuotaDemand, now: Int64) -> QuotaSnapshot {
        switch demand.allowance {
        case .requests(let limit, let window):
            let reset = counters[slot].window.reset(window: window.nanoseconds, now: now)
            return QuotaSnapshot(limit: limit, remaining: max(0, limit - counters[slot].window.taken), reset: .nanoseconds(reset))
        case .atOnce(let limit):
            return QuotaSnapshot(limit: limit, remaining: max(0, limit - counters[slot].pending), reset: .zero)
        }
    }

    mutating func settle(_ item: QuotaReservation.Item, actual: Int) {
        guard let slot = slots[item.key] else { return }  // over and swept away
        if let mark = item.mark {
            counters[slot].window.giveBack(max(0, item.amount - actual), mark: mark)
        } else {
            counters[slot].pending -= min(item.amount, counters[slot].pending)
        }
    }

    /// Forgets a few counters that stand where they would stand if they were new.
    mutating func sweep(now: Int64) {
        for _ in 0..<min(Self.sweptPerReservation, counters.count) {
            if cursor >= counters.count { cursor = 0 }
            defer { cursor += 1 }
            guard let key = counters[cursor].key, counters[cursor].pending == 0 else { continue }
            let length = counters[cursor].windowLength
            counters[cursor].window.advance(to: now, window: length)
            guard counters[cursor].window.taken == 0 else { continue }
            slots[key] = nil
            counters[cursor] = Counter()
            freeSlots.append(cursor)
        }
    }
}

extension Duration {
    /// Whole nanoseconds; what does not fit 64 bits becomes the nearest that does.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
