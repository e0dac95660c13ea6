import JSONBytes

/// The list of models, made from the file: what a client may name here, not what a provider has.
///
/// - SeeAlso: wire.md, section 4.6
package enum AnthropicModels {
    /// The answer to `GET /v1/models`. There is one page.
    ///
    /// - Parameter created: seconds since 1970, not negative, the same for all: clients sort by it, nobody needs it to be true.
    package static func list(_ names: [String], created: Int) -> [UInt8] {
        let list: JSONValue = [
            "data": .array(names.map { model($0, created) }), "has_more": false, "first_id": names.first.map(JSONValue.string) ?? .null,
            "last_id": names.last.map(JSONValue.string) ?? .null,
        ]
        return list.written()
    }

    /// The answer to `GET /v1/models/{id}`.
    package static func one(_ name: String, created: Int) -> [UInt8] { model(name, created).written() }

    private static func model(_ name: String, _ created: Int) -> JSONValue {
        ["type": "model", "id": .string(name), "display_name": .string(name), "created_at": .string(time(created))]
    }

    /// As RFC 3339 has it: `2026-10-21T08:00:00Z`.
    private static func time(_ unixSeconds: Int) -> String {
        let (days, seconds) = max(0, unixSeconds).quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = date(days)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
        return "\(year)-\(twoDigits(month))-\(twoDigits(day))T\(clock)Z"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The Gregorian date `days` after 1 January 1970, counted in years that begin on 1 March and in eras of 400 years.
    ///
    /// - SeeAlso: `httpDate`, which explains the numbers
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }
}
