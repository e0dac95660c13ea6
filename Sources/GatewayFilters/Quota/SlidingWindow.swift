/// Counts what was taken in the last stretch of a fixed length, and never lets more than a limit be taken in any such stretch.
///
/// It keeps when things were taken. Under a limit of up to `exactCount` times are kept to the nanosecond, and room is refused only while
/// there is none. Under a larger limit they are rounded up to a 128th of the window, which keeps the promise (nothing is forgotten early)
/// and remembers each thing up to a 128th of the window too long: a burst after a quiet window gets all of its limit, a steady caller at
/// least 128/129 of it.
///
/// Memory: 16 bytes for each time kept, 129 of them at most however large the limit; 4 KiB at worst, by how arrays grow.
///
/// Times are nanoseconds since the store's epoch. Workers read their clocks once a turn, so `now` may lie a little before one that was
/// seen already; it then counts as that one.
struct SlidingWindow {
    private struct Entry {
        let time: Int64
        /// At least 1.
        var amount: Int
    }

    static let exactCount = 128
    /// How many entries that are over may stay before they are cut off.
    private static let deadCountMax = 32

    private var entries: [Entry] = []
    /// Entries before this one are over.
    private var first = 0
    private var latest: Int64 = .min
    /// The sum over the live entries.
    private(set) var taken = 0

    var entryCount: Int { entries.count - first }

    /// How long after `now` there is room for `amount`: zero if there is.
    ///
    /// - Returns: the whole window when `amount` is more than the limit and will never fit.
    mutating func wait(for amount: Int, limit: Int, window: Int64, now: Int64) -> Int64 {
        let now = advance(to: now, window: window)
        guard amount <= limit else { return window }
        var excess = taken - (limit - amount)
        guard excess > 0 else { return 0 }
        for entry in entries[first...] {
            excess -= entry.amount
            if excess <= 0 { return entry.time + window - now }
        }
        return window
    }

    /// - Returns: the mark under which it can be given back.
    mutating func take(_ amount: Int, limit: Int, window: Int64, now: Int64) -> Int64 {
        let now = advance(to: now, window: window)
        // More than the limit is taken where it only watches.
        let isExact = limit <= Self.exactCount && entryCount < Self.exactCount
        let grain = isExact ? 1 : max(1, window / Int64(Self.exactCount))
        // A reload may have made the grain finer than it was for the last entry, which then lies ahead.
        let time = max((now + grain - 1) / grain * grain, entries.last?.time ?? .min)
        if let last = entries.indices.last, last >= first, entries[last].time == time {
            entries[last].amount += amount
        } else {
            entries.append(Entry(time: time, amount: amount))
        }
        taken += amount
        return time
    }

    /// Undoes a `take`, or part of it; nothing happens when it is over already.
    mutating func giveBack(_ amount: Int, mark: Int64) {
        var low = first
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].time < mark { low = middle + 1 } else { high = middle }
        }
        guard amount > 0, low < entries.count, entries[low].time == mark else { return }
        let given = min(amount, entries[low].amount)
        taken -= given
        entries[low].amount -= given
        // Requests that are all given back must leave nothing behind, or they would fill the memory.
        if entries[low].amount == 0 { entries.remove(at: low) }
    }

    /// How long after `now` the last of it is over; zero when nothing is taken.
    mutating func reset(window: Int64, now: Int64) -> Int64 {
        let now = advance(to: now, window: window)
        guard let last = entries.last else { return 0 }
        return last.time + window - now
    }

    /// Drops what is over. What was taken at `t` counts until just before `t + window`.
    ///
    /// - Returns: the time that counts as `now`.
    @discardableResult
    mutating func advance(to now: Int64, window: Int64) -> Int64 {
        latest = max(latest, now)
        while first < entries.count, entries[first].time <= latest - window {
            taken -= entries[first].amount
            first += 1
        }
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            first = 0
        } else if first > Self.deadCountMax {
            entries.removeSubrange(..<first)
            first = 0
        }
        return latest
    }
}
