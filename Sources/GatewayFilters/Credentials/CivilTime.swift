/// A moment as a calendar has it, in UTC.
struct CivilTime: Equatable {
    private let day: (year: Int, month: Int, day: Int)
    private let seconds: Int

    /// - Parameter unixSeconds: since 1970, not negative.
    init(unixSeconds: Int) {
        let (days, seconds) = max(0, unixSeconds).quotientAndRemainder(dividingBy: 86_400)
        day = Self.date(days)
        self.seconds = seconds
    }

    static func == (left: CivilTime, right: CivilTime) -> Bool { left.day == right.day && left.seconds == right.seconds }

    /// `20260819`.
    var date: String { Self.padded(day.year, 4) + Self.padded(day.month, 2) + Self.padded(day.day, 2) }

    /// `20260819T143454Z`.
    var stamp: String {
        date + "T" + Self.padded(seconds / 3600, 2) + Self.padded(seconds / 60 % 60, 2) + Self.padded(seconds % 60, 2) + "Z"
    }

    /// Seconds since 1970 of a time such as `2026-08-19T14:34:54Z`, fractions left out.
    ///
    /// - Returns: nil for what is no such time, or has another zone than `Z`.
    static func unixSeconds(ofRFC3339 text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[10] | 0x20 == UInt8(ascii: "t") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].allSatisfy { (0x30...0x39).contains($0) } ? bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), year >= 1970, (1...12).contains(month), (1...31).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    // Days are counted in years that begin on 1 March and in eras of 400 years, as in `httpDate`, which explains the numbers.

    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
