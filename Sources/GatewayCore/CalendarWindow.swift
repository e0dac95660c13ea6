/// Days, weeks, months or years as the clocks of a time zone show them.
package struct CalendarWindow: Hashable, Sendable {
    package enum Unit: String, CaseIterable, Sendable {
        case day
        /// From Monday on.
        case week
        case month
        case year
    }

    package let unit: Unit
    package let zone: TimeZoneRules

    package init(unit: Unit, zone: TimeZoneRules = .utc) {
        self.unit = unit
        self.zone = zone
    }

    /// When the day, week, month or year around a moment begins, and when the next one does. Seconds since 1970.
    package func bounds(around time: Int) -> Range<Int> {
        let local = time + zone.offset(at: time)
        let dayNumber = (local >= 0 ? local : local - 86_399) / 86_400
        let (first, next) = days(around: dayNumber)
        let start = zone.time(ofLocal: first * 86_400)
        let end = zone.time(ofLocal: next * 86_400)
        return min(start, time)..<max(end, time + 1)
    }

    private func days(around dayNumber: Int) -> (first: Int, next: Int) {
        let date = CivilDate(dayNumber: dayNumber)
        switch unit {
        case .day: return (dayNumber, dayNumber + 1)
        case .week:
            let monday = dayNumber - ((dayNumber + 3) % 7 + 7) % 7
            return (monday, monday + 7)
        case .month:
            let first = CivilDate(year: date.year, month: date.month, day: 1)
            return (first.dayNumber, first.advanced(months: 1).dayNumber)
        case .year:
            return (CivilDate(year: date.year, month: 1, day: 1).dayNumber, CivilDate(year: date.year + 1, month: 1, day: 1).dayNumber)
        }
    }
}
