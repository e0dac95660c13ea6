/// A point in time as `Sun, 06 Nov 1994 08:49:37 GMT`, for the `date` field. Worth keeping for the second it is good for.
///
/// - Parameter unixSeconds: seconds since 1970, not negative.
/// - SeeAlso: RFC 9110, section 5.6.7
package func httpDate(unixSeconds: Int) -> String {
    precondition(unixSeconds >= 0, "times before 1970 are not served")
    let (days, seconds) = unixSeconds.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = civilDate(days)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
    let monthName = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    let time = "\(twoDigits(seconds / 3600)):\(twoDigits(seconds / 60 % 60)):\(twoDigits(seconds % 60))"
    return "\(weekday), \(twoDigits(day)) \(monthName) \(year) \(time) GMT"
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
