/// How a zone's clocks are set each year, as the end of a zone file says it: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Days are read in the form `Mm.w.d` only, which all zones of today have.
///
/// - SeeAlso: POSIX, "Environment Variables", TZ
struct TimeZoneRule {
    /// The `week`th `weekday` of a month, 5 being the last one; seconds into that day.
    private struct Day {
        let (month, week, weekday, second): (Int, Int, Int, Int)

        func local(year: Int) -> Int {
            let first = CivilDate(year: year, month: month, day: 1).dayNumber
            // 1970 began on a Thursday.
            let shift = (weekday - (first + 4) % 7 + 7) % 7
            var day = first + shift + (week - 1) * 7
            let next = CivilDate(year: year, month: month, day: 1).advanced(months: 1).dayNumber
            if day >= next { day -= 7 }
            return day * 86_400 + second
        }
    }

    private let standard: Int
    private let summer: Int
    private let begins: Day
    private let ends: Day

    /// - Returns: nil for zones without summer time, and for what cannot be read.
    init?(_ text: String) {
        var rest = text.utf8[...]
        guard Self.skipName(&rest), let standard = Self.offset(&rest), Self.skipName(&rest) else { return nil }
        let summer = rest.first == UInt8(ascii: ",") ? nil : Self.offset(&rest)
        guard let begins = Self.day(&rest), let ends = Self.day(&rest), rest.isEmpty else { return nil }
        self.standard = -standard
        self.summer = summer.map { -$0 } ?? (3600 - standard)
        self.begins = begins
        self.ends = ends
    }

    /// In order.
    func changes(years: ClosedRange<Int>) -> [(at: Int, offset: Int)] {
        years.flatMap { year in
            let forth = (at: begins.local(year: year) - standard, offset: summer)
            let back = (at: ends.local(year: year) - summer, offset: standard)
            return forth.at < back.at ? [forth, back] : [back, forth]
        }
    }

    private static func skipName(_ text: inout Substring.UTF8View) -> Bool {
        if text.first == UInt8(ascii: "<") {
            guard let end = text.firstIndex(of: UInt8(ascii: ">")) else { return false }
            text = text[text.index(after: end)...]
            return true
        }
        let name = text.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
        text = text[name.endIndex...]
        return name.count >= 3
    }

    /// `[+-]h[:m[:s]]`, in seconds.
    private static func offset(_ text: inout Substring.UTF8View) -> Int? {
        var sign = 1
        if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
            text = text.dropFirst()
        }
        guard let hours = number(&text), hours <= 167 else { return nil }
        var seconds = hours * 3600
        for scale in [60, 1] {
            guard text.first == UInt8(ascii: ":") else { break }
            text = text.dropFirst()
            guard let part = number(&text), part < 60 else { return nil }
            seconds += part * scale
        }
        return sign * seconds
    }

    /// `,Mm.w.d[/time]`
    private static func day(_ text: inout Substring.UTF8View) -> Day? {
        guard text.starts(with: ",M".utf8) else { return nil }
        text = text.dropFirst(2)
        guard let month = number(&text), take(".", &text), let week = number(&text), take(".", &text), let weekday = number(&text),
            (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
        else { return nil }
        guard take("/", &text) else { return Day(month: month, week: week, weekday: weekday, second: 7200) }
        return offset(&text).map { Day(month: month, week: week, weekday: weekday, second: $0) }
    }

    private static func take(_ character: Unicode.Scalar, _ text: inout Substring.UTF8View) -> Bool {
        guard text.first == UInt8(ascii: character) else { return false }
        text = text.dropFirst()
        return true
    }

    private static func number(_ text: inout Substring.UTF8View) -> Int? {
        let digits = text.prefix { (0x30...0x39).contains($0) }
        text = text[digits.endIndex...]
        return digits.count <= 6 ? Int(Substring(digits)) : nil
    }
}
