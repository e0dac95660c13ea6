/// The time of day, as logs and metrics write it. Everything else in the gateway measures on the monotonic clock.
package enum TimeOfDay {
    /// Milliseconds since 1970, UTC.
    package static func nowMilliseconds() -> Int64 { POSIX.wallClockMilliseconds() }

    /// Appends `2026-11-19T10:45:02.123Z`; years outside 0…9999 become the nearest.
    ///
    /// - SeeAlso: RFC 3339; the sum is `civil_from_days` of https://howardhinnant.github.io/date_algorithms.html
    package static func appendTimestamp(milliseconds: Int64, to bytes: inout [UInt8]) {
        append(milliseconds: milliseconds, to: &bytes)
    }

    static func append(milliseconds: Int64, to bytes: inout some DecimalSink) {
        let bounded = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = (bounded >= 0 ? bounded : bounded - 86_399_999) / 86_400_000
        let time = UInt64(bounded - days * 86_400_000)

        // Days since 0000-03-01: years then end with their leap day.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

        bytes.appendPadded(UInt64(year), digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(UInt64(month), digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(UInt64(day), digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.appendPadded(time / 3_600_000, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(time / 60_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(time / 1_000 % 60, digits: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.appendPadded(time % 1_000, digits: 3)
        bytes.append(UInt8(ascii: "Z"))
    }
}
