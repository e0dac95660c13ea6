import GatewayCore
import HTTPWire

/// How a client is told where it stands, under the names that its dialect has for it. Gemini's has none, and gets OpenAI's.
///
/// - SeeAlso: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers,
///   https://docs.anthropic.com/en/api/rate-limits#response-headers
enum QuotaHeaders {
    /// What a limit counts, as clients call it.
    enum Unit: Hashable {
        case requests
        case tokens
        case inputTokens
        case outputTokens
        case dollars
    }

    /// Longer waits are not put into `retry-after`: SDKs obey it for minutes and more, and the app seems to hang.
    static let retryAfterSecondsMax = 60

    /// - Parameters:
    ///   - limit: the text of the snapshot's, where it is known; it hardly ever changes.
    ///   - unix: the time of day, in seconds since 1970.
    static func add(
        _ snapshot: QuotaSnapshot, of unit: Unit = .requests, in dialect: Dialect = .openai, limit known: String? = nil, unix: Int = 0,
        to fields: inout [HeaderField]
    ) {
        let limit = known ?? amount(snapshot.limit, unit)
        let remaining = amount(snapshot.remaining, unit)
        guard dialect == .anthropic else {
            let names = openAINames(unit)
            fields.append(HeaderField(names.limit, limit))
            fields.append(HeaderField(names.remaining, remaining))
            fields.append(HeaderField(names.reset, text(for: snapshot.reset)))
            return
        }
        let name = "anthropic-ratelimit-" + anthropicName(unit)
        let reset = UTCTimestamp.text(secondsSince1970: unix + (snapshot.reset == .zero ? 0 : seconds(in: snapshot.reset)))
        fields.append(HeaderField(name + "-limit", limit))
        fields.append(HeaderField(name + "-remaining", remaining))
        fields.append(HeaderField(name + "-reset", reset))
    }

    /// Units that clients of a dialect see under the same name.
    static func shown(_ unit: Unit, in dialect: Dialect) -> Unit {
        dialect != .anthropic && (unit == .inputTokens || unit == .outputTokens) ? .tokens : unit
    }

    /// Written out: names that are put together would be made anew for each request.
    private static func openAINames(_ unit: Unit) -> (limit: String, remaining: String, reset: String) {
        switch unit {
        case .requests: ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests")
        case .tokens, .inputTokens, .outputTokens: ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens")
        case .dollars: ("x-ratelimit-limit-usd", "x-ratelimit-remaining-usd", "x-ratelimit-reset-usd")
        }
    }

    private static func anthropicName(_ unit: Unit) -> String {
        switch unit {
        case .requests: "requests"
        case .tokens: "tokens"
        case .inputTokens: "input-tokens"
        case .outputTokens: "output-tokens"
        case .dollars: "usd"
        }
    }

    static func amount(_ amount: Int, _ unit: Unit) -> String { unit == .dollars ? QuotaWords.dollars(amount) : text(for: amount) }

    private static func text(for count: Int) -> String {
        guard count >= 0 else { return String(count) }
        var text = ShortText()
        text.append(Int64(count), "")
        return text.string
    }

    /// - Parameter seconds: until there is room, at least 1.
    static func retry(afterSeconds seconds: Int) -> HeaderField {
        seconds <= retryAfterSecondsMax ? HeaderField("retry-after", String(seconds)) : HeaderField("x-should-retry", "false")
    }

    /// `250ms`, `1s`, `6m0s`, `1h0m0s`; rounded up to milliseconds below a second, to seconds above.
    static func text(for duration: Duration) -> String {
        let milliseconds = max(0, (duration.wholeNanoseconds + 999_999) / 1_000_000)
        guard milliseconds > 0 else { return "0s" }
        var text = ShortText()
        guard milliseconds >= 1000 else {
            text.append(milliseconds, "ms")
            return text.string
        }
        let seconds = (milliseconds + 999) / 1000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { text.append(hours, "h") }
        if hours > 0 || minutes > 0 { text.append(minutes, "m") }
        text.append(seconds % 60, "s")
        return text.string
    }

    /// A few numbers with their units, put together without a string for each.
    private struct ShortText {
        private var bytes = InlineArray<64, UInt8>(repeating: 0)
        private var count = 0

        mutating func append(_ number: Int64, _ unit: String) {
            var digits = 1
            var rest = number / 10
            while rest > 0 {
                digits += 1
                rest /= 10
            }
            rest = number
            for place in (count..<(count + digits)).reversed() {
                bytes[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            count += digits
            for letter in unit.utf8 {
                bytes[count] = letter
                count += 1
            }
        }

        var string: String {
            guard let text = try? UTF8Span(validating: bytes.span.extracting(first: count)) else { return "" }
            return String(copying: text)
        }
    }

    /// Rounded up; at least 1.
    static func seconds(in duration: Duration) -> Int {
        max(1, Int((duration.wholeNanoseconds + 999_999_999) / 1_000_000_000))
    }
}
