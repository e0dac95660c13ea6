import YAMLReader

extension ScalarType<Int> {
    static func integer(in range: ClosedRange<Int>) -> ScalarType {
        ScalarType(placeholder: range.lowerBound) { scalar throws(ScalarMistake) in
            guard let value = DecimalText.number(scalar.text) else {
                let digits = scalar.text.drop { $0 == "0" }
                let hint = digits.isEmpty || DecimalText.number(digits) == nil || scalar.isReference ? nil : "write \(digits)"
                throw ScalarMistake("must be a whole number, not \(scalar.shown)", hint: hint)
            }
            guard range.contains(value) else {
                let isOne = range.count == 1
                throw ScalarMistake(isOne ? "must be \(range.lowerBound)" : "must be between \(range.lowerBound) and \(range.upperBound)")
            }
            return value
        }
    }

    /// Bytes, spelled with their unit.
    static func size(in range: ClosedRange<Int>) -> ScalarType {
        ScalarType(placeholder: range.lowerBound) { scalar throws(ScalarMistake) in
            guard let value = SizeText.bytes(scalar.text) else {
                throw ScalarMistake("must be a size such as 64KiB or 10MiB, not \(scalar.shown)", hint: sizeHint(scalar))
            }
            guard range.contains(value) else {
                throw ScalarMistake("must be between \(SizeText.text(range.lowerBound)) and \(SizeText.text(range.upperBound))")
            }
            return value
        }
    }

    private static func sizeHint(_ scalar: ScalarText) -> String? {
        guard !scalar.isReference else { return nil }
        if let number = DecimalText.number(scalar.text) { return "add the unit: \(number)B, \(number)KiB or \(number)MiB" }
        let unit = scalar.text.lowercased().drop { $0.isNumber || $0 == " " }
        let number = scalar.text.prefix { $0.isNumber }
        let meant: String
        switch unit {
        case "b": meant = "B"
        case "k", "kb", "kib": meant = "KiB"
        case "m", "mb", "mib": meant = "MiB"
        case "g", "gb", "gib": meant = "GiB"
        default: return nil
        }
        return number.isEmpty ? nil : "write \(number)\(meant)"
    }

    static func percent(in range: ClosedRange<Int>) -> ScalarType {
        ScalarType(placeholder: range.lowerBound) { scalar throws(ScalarMistake) in
            guard scalar.text.hasSuffix("%"), let value = DecimalText.number(scalar.text.dropLast()) else {
                throw ScalarMistake("must be a percentage such as 20%, not \(scalar.shown)")
            }
            guard range.contains(value) else { throw ScalarMistake("must be between \(range.lowerBound)% and \(range.upperBound)%") }
            return value
        }
    }
}

extension ScalarType<Int> {
    /// US dollars for a million tokens, calls or searches, in millionths of one: picodollars for each.
    static let pricePerMillion = ScalarType(placeholder: 0) { scalar throws(ScalarMistake) in
        guard let value = DecimalText.number(scalar.text, decimals: 6) else {
            let isDollar = !scalar.isReference && scalar.text.contains { $0 == "$" }
            throw ScalarMistake(
                "must be US dollars per million, in digits with at most 6 decimals such as 0.25, not \(scalar.shown)",
                hint: isDollar ? "write the number alone" : nil)
        }
        guard value <= 1_000_000_000_000 else { throw ScalarMistake("must be between 0 and 1000000") }
        return value
    }

    /// `200k`, `1M` or `200000` tokens.
    static func tokens(in range: ClosedRange<Int>) -> ScalarType {
        ScalarType(placeholder: range.lowerBound) { scalar throws(ScalarMistake) in
            let scale = scalar.text.hasSuffix("k") ? 1000 : scalar.text.hasSuffix("M") ? 1_000_000 : 1
            let digits = scale == 1 ? scalar.text[...] : scalar.text.dropLast()
            guard let number = DecimalText.number(digits), !number.multipliedReportingOverflow(by: scale).overflow else {
                throw ScalarMistake("must be a number of tokens such as 8000, 200k or 1M, not \(scalar.shown)")
            }
            guard range.contains(number * scale) else { throw ScalarMistake("must be between \(range.lowerBound) and \(range.upperBound)") }
            return number * scale
        }
    }
}

extension ScalarType<Duration> {
    static func duration(in range: ClosedRange<Duration>) -> ScalarType {
        ScalarType(placeholder: range.lowerBound) { scalar throws(ScalarMistake) in
            guard let value = DurationText.duration(scalar.text) else {
                let number = scalar.isReference ? nil : DecimalText.number(scalar.text)
                let hint = number.map { "add the unit: \($0)ms, \($0)s, \($0)m, \($0)h or \($0)d" }
                throw ScalarMistake("must be a duration such as 250ms, 10s or 5m, not \(scalar.shown)", hint: hint)
            }
            guard range.contains(value) else {
                throw ScalarMistake("must be between \(DurationText.text(range.lowerBound)) and \(DurationText.text(range.upperBound))")
            }
            return value
        }
    }
}

extension ScalarType<Bool> {
    static let flag = ScalarType(placeholder: false) { scalar throws(ScalarMistake) in
        switch scalar.text {
        case "true": return true
        case "false": return false
        default:
            let meant = ["yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"][scalar.text.lowercased()]
            throw ScalarMistake("must be true or false, not \(scalar.shown)", hint: scalar.isReference ? nil : meant.map { "write \($0)" })
        }
    }
}
