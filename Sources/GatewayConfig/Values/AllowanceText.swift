import GatewayCore

/// What the words of `allow` say: how much of what, and in which time.
struct AllowanceText: Hashable, Sendable {
    enum Measure: Hashable, Sendable { case requests, tokens, inputTokens, outputTokens, weightedTokens, money, places }

    enum Time: Hashable, Sendable {
        case length(Duration)
        case calendar(CalendarWindow.Unit)
        /// At the same time.
        case open
    }

    /// Stands in for words that could not be read.
    static let unread = AllowanceText(measure: .places, amount: 0, time: .open)

    let measure: Measure
    /// Requests, tokens, nanodollars or places.
    let amount: Int
    let time: Time

    /// All of it but the number.
    var kind: String {
        let what =
            switch measure {
            case .requests: "requests"
            case .tokens: "tokens"
            case .inputTokens: "input tokens"
            case .outputTokens: "output tokens"
            case .weightedTokens: "weighted tokens"
            case .money: "usd"
            case .places: "at once"
            }
        switch time {
        case .length(let length): return "\(what) per \(DurationText.text(length))"
        case .calendar(let unit): return "\(what) per calendar \(unit.rawValue)"
        case .open: return what
        }
    }
}

extension ScalarType<AllowanceText> {
    /// `60 requests per minute`, `100k tokens per day`, `50 USD per month`, `20 at once`.
    static let allowance = ScalarType(placeholder: .unread) { scalar throws(ScalarMistake) in
        let words = scalar.text.split(separator: " ").map(String.init)
        let example = "must read like \"60 requests per minute\", \"100k tokens per day\", \"50 USD per month\" or \"20 at once\", not \(scalar.shown)"
        guard let first = words.first else { throw ScalarMistake(example) }
        var rest = words.dropFirst()
        if rest.elementsEqual(["at", "once"]) { return AllowanceText(measure: .places, amount: try count(first, example), time: .open) }
        guard let measure = measure(&rest), rest.popFirst() == "per" else { throw ScalarMistake(example) }
        let amount = measure == .money ? try nanodollars(first) : try count(first, example, max: measure == .requests ? 1_000_000_000 : tokensMax)
        return AllowanceText(measure: measure, amount: amount, time: try time(Array(rest), example))
    }

    private static let tokensMax = 1_000_000_000_000

    private static func measure(_ words: inout ArraySlice<String>) -> AllowanceText.Measure? {
        guard let word = words.popFirst() else { return nil }
        switch word {
        case "request", "requests": return .requests
        case "token", "tokens": return .tokens
        case "USD": return .money
        case "input", "output", "weighted":
            guard let second = words.popFirst(), ["token", "tokens"].contains(second) else { return nil }
            return word == "input" ? .inputTokens : word == "output" ? .outputTokens : .weightedTokens
        default: return nil
        }
    }

    /// `500`, `10k`, `2M`.
    private static func count(_ text: String, _ example: String, max: Int = 1_000_000_000) throws(ScalarMistake) -> Int {
        let scale = text.hasSuffix("k") ? 1000 : text.hasSuffix("M") ? 1_000_000 : 1
        guard let digits = DecimalText.number(scale == 1 ? text[...] : text.dropLast()) else { throw ScalarMistake(example) }
        let (number, overflow) = digits.multipliedReportingOverflow(by: scale)
        guard !overflow, (1...max).contains(number) else { throw ScalarMistake("must allow between 1 and \(max)") }
        return number
    }

    /// `50`, `0.25`, `2k`: dollars with at most six digits behind the point.
    private static func nanodollars(_ text: String) throws(ScalarMistake) -> Int {
        let mistake = ScalarMistake("must allow between 0.000001 and 1000000 USD, with at most six digits behind the point")
        let scale = text.hasSuffix("k") ? 1000 : 1
        let parts = (scale == 1 ? text[...] : text.dropLast()).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = DecimalText.number(parts[0]), whole <= 1_000_000 else { throw mistake }
        var millionths = 0
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...6).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
                throw mistake
            }
            millionths = (digits.utf8.count..<6).reduce(number) { sum, _ in sum * 10 }
        }
        let total = (whole * 1_000_000 + millionths) * scale
        guard (1...1_000_000_000_000).contains(total) else { throw mistake }
        return total * 1000
    }

    private static func time(_ words: [String], _ example: String) throws(ScalarMistake) -> AllowanceText.Time {
        if words.count == 2, words[0] == "calendar" {
            guard let unit = CalendarWindow.Unit(rawValue: words[1]) else { throw ScalarMistake("must be per calendar day, week, month or year") }
            return .calendar(unit)
        }
        guard words.count == 1 else { throw ScalarMistake(example) }
        // Months and years are of no one length.
        if words[0] == "month" { return .calendar(.month) }
        if words[0] == "year" { return .calendar(.year) }
        guard let length = length(words[0]) else {
            throw ScalarMistake(example, hint: "per second, minute, hour, day, week, month, year or a duration such as 10s")
        }
        guard length >= .seconds(1), length <= .seconds(30 * 86_400) else { throw ScalarMistake("must be per 1s to 30d") }
        return .length(length)
    }

    private static func length(_ text: String) -> Duration? {
        switch text {
        case "second": .seconds(1)
        case "minute": .seconds(60)
        case "hour": .seconds(3600)
        case "day": .seconds(86_400)
        case "week": .seconds(7 * 86_400)
        default: DurationText.duration(text)
        }
    }
}
