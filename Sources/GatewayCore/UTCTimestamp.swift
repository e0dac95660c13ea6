/// A moment as RFC 3339 has it, in UTC.
package enum UTCTimestamp {
    /// `2026-11-26T03:10:01Z`
    package static func text(secondsSince1970 seconds: Int) -> String {
        let day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let date = CivilDate(dayNumber: day)
        let time = seconds - day * 86_400
        return "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
            + "T\(digits(time / 3600, 2)):\(digits(time / 60 % 60, 2)):\(digits(time % 60, 2))Z"
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
