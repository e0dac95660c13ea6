/// Counts from the start of a period to its end, and then begins anew.
struct PeriodCount {
    /// Seconds since 1970.
    private(set) var start = 0
    private(set) var end = 0
    private(set) var taken = 0

    /// Goes on to another period. A clock that was set back does not bring an earlier one back.
    mutating func advance(to period: Range<Int>) {
        guard period.lowerBound > start else {
            // A reload may have changed the zone or the length.
            if period.lowerBound == start { end = period.upperBound }
            return
        }
        start = period.lowerBound
        end = period.upperBound
        taken = 0
    }

    /// - Returns: the mark under which it can be given back.
    mutating func add(_ amount: Int) -> Int64 {
        taken += amount
        return Int64(start)
    }

    /// Nothing happens when that period is over.
    mutating func giveBack(_ amount: Int, mark: Int64) {
        if mark == Int64(start) { taken -= min(amount, taken) }
    }
}
