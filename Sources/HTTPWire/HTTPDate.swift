/// A point in time as `Sun, 06 Nov 1994 08:49:37 GMT`, for the `date` field. Worth keeping for the second it is good for.
///
/// - Parameter unixSeconds: seconds since 1970, not negative.
/// - SeeAlso: RFC 9110, section 5.6.7
package func httpDate(unixSeconds: Int) -> String {
    precondition(unixSeconds >= 0, "times before 1970 are not served")
    let (days, seconds) = unixSeconds.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = civilDate(days)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
    let monthName = monthNames[month - 1]
    let time = "\(twoDigits(seconds / 3600)):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
    return "\(weekday), \(twoDigits(day)) \(monthName) \(year) \(time) GMT"
}

/// The time that a date in HTTP's preferred form says (RFC 9110, section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`), in seconds since 1970.
///
/// - Returns: nil for anything else, the two obsolete forms included, and for years before 1970.
package func unixSeconds(httpDate text: String) -> Int? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].utf8.count == 4, parts[0].utf8.last == UInt8(ascii: ","), parts[5] == "GMT" else { return nil }
    let time = parts[4].split(separator: ":", omittingEmptySubsequences: false)
    guard time.count == 3, let month = monthNames.firstIndex(of: String(parts[2])) else { return nil }
    guard let day = number(parts[1], digits: 2), let year = number(parts[3], digits: 4), let hour = number(time[0], digits: 2),
        let minute = number(time[1], digits: 2), let second = number(time[2], digits: 2)
    else { return nil }
    guard (1...31).contains(day), year >= 1970, hour < 24, minute < 60, second <= 60 else { return nil }
    return daysSince1970(year, month + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
}

private let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

private func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
}

/// The opposite of `civilDate`, after the same source.
private func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// The Gregorian date `days` after 1 January 1970.
///
/// Counts in years that begin on 1 March, so that the leap day is the last day of a year, in eras of 400 years, which are all
/// 146,097 days long. (Howard Hinnant, "chrono-compatible low-level date algorithms".)
private func civilDate(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468  // days from 1 March of the year 0 to 1 January 1970
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
}
