/// The counters of one shard, and the sweep that forgets those nobody uses.
struct QuotaShard {
    /// How many counters each reservation looks at. More than one, so that the sweep outruns the making of new ones.
    private static let sweptPerReservation = 2

    private var slots: [QuotaKey: Int] = [:]
    private var counters: [QuotaCounter] = []
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
            counters.append(QuotaCounter(key: key))
        }
        slots[key] = slot
        return slot
    }

    /// - Returns: nil when there is room; else nanoseconds until there is, 0 when that cannot be known.
    mutating func wait(at slot: Int, for demand: QuotaDemand, now: QuotaTime) -> Int64? {
        counters[slot].advance(to: now, demand.allowance)
        return counters[slot].wait(for: demand, now: now)
    }

    /// - Returns: what was taken, and the mark of when it was counted; nil when it is held.
    mutating func take(at slot: Int, _ demand: QuotaDemand, now: QuotaTime) -> (amount: Int, mark: Int64?) {
        counters[slot].take(demand, now: now)
    }

    mutating func snapshot(at slot: Int, isExceeded: Bool, now: QuotaTime) -> QuotaSnapshot {
        counters[slot].snapshot(now: now, isExceeded: isExceeded)
    }

    mutating func settle(_ item: QuotaReservation.Item, actual: Int, now: QuotaTime) {
        if item.slot < counters.count, let key = counters[item.slot].key, key == item.key {
            return counters[item.slot].settle(item, actual: actual, now: now)
        }
        let isKnown = slots[item.key] != nil
        guard isKnown || item.mark == nil else { return }  // over and swept away
        let slot = slot(of: item.key)
        if !isKnown { counters[slot].advance(to: now, item.allowance) }
        counters[slot].settle(item, actual: actual, now: now)
    }

    /// Forgets a few counters that stand where they would stand if they were new.
    mutating func sweep(now: QuotaTime) {
        for _ in 0..<min(Self.sweptPerReservation, counters.count) {
            if cursor >= counters.count { cursor = 0 }
            defer { cursor += 1 }
            guard let key = counters[cursor].key, counters[cursor].isForgettable(now: now) else { continue }
            slots[key] = nil
            counters[cursor] = QuotaCounter()
            freeSlots.append(cursor)
        }
    }
}
