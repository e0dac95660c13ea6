/// Points in time as the file spells them: `2027-01-31`, `2027-01-31T18:00:00Z`, `2027-01-31T18:00:00+02:00`.
///
/// - SeeAlso: RFC 3339, section 5.6. A date alone is its first second in UTC.
package enum TimestampText {
    /// - Returns: seconds since 1970; nil for anything else, and for days that the calendar does not have.
    package static func seconds(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), (1970...9999).contains(year), (1...12).contains(month),
            (1...days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = daysSince1970(year, month, day) * 86_400
        if bytes.count == 10 { return midnight }
        guard bytes.count >= 20, "Tt ".utf8.contains(bytes[10]), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]), hour < 24, minute < 60,
            second < 60, let offset = offset(bytes[19...])
        else { return nil }
        return midnight + hour * 3600 + minute * 60 + second - offset
    }

    /// Seconds east of Greenwich.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(text)
        if bytes == Array("Z".utf8) || bytes == Array("z".utf8) { return 0 }
        guard bytes.count == 6, "+-".utf8.contains(bytes[0]), bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
            let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.allSatisfy { (0x30...0x39).contains($0) } ? digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
    }

    private static func days(in month: Int, of year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// - SeeAlso: https://howardhinnant.github.io/date_algorithms.html#days_from_civil
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension ScalarType<Int> {
    static let timestamp = ScalarType(placeholder: .max) { scalar throws(ScalarMistake) in
        guard let seconds = TimestampText.seconds(scalar.text) else {
            throw ScalarMistake("must be a day or a time such as 2027-01-31 or 2027-01-31T18:00:00Z, not \(scalar.shown)")
        }
        return seconds
    }
}
