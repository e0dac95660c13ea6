import GatewayCore

/// How a client is told where it stands, in the OpenAI dialect's headers.
///
/// - SeeAlso: https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers
enum QuotaHeaders {
    /// Longer waits are not put into `retry-after`: SDKs obey it for minutes and more, and the app seems to hang.
    static let retryAfterSecondsMax = 60

    static func standing(_ snapshot: QuotaSnapshot) -> [HeaderField] {
        [
            HeaderField("x-ratelimit-limit-requests", String(snapshot.limit)),
            HeaderField("x-ratelimit-remaining-requests", String(snapshot.remaining)),
            HeaderField("x-ratelimit-reset-requests", text(for: snapshot.reset)),
        ]
    }

    /// - Parameter seconds: until there is room, at least 1.
    static func retry(afterSeconds seconds: Int) -> HeaderField {
        seconds <= retryAfterSecondsMax ? HeaderField("retry-after", String(seconds)) : HeaderField("x-should-retry", "false")
    }

    /// `250ms`, `1s`, `6m0s`, `1h0m0s`; rounded up to milliseconds below a second, to seconds above.
    static func text(for duration: Duration) -> String {
        let milliseconds = max(0, (duration.nanoseconds + 999_999) / 1_000_000)
        guard milliseconds > 0 else { return "0s" }
        guard milliseconds >= 1000 else { return "\(milliseconds)ms" }
        let seconds = (milliseconds + 999) / 1000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let start = hours > 0 ? "\(hours)h\(minutes)m" : minutes > 0 ? "\(minutes)m" : ""
        return start + "\(seconds % 60)s"
    }

    /// Rounded up; at least 1.
    static func seconds(in duration: Duration) -> Int {
        max(1, Int((duration.nanoseconds + 999_999_999) / 1_000_000_000))
    }

    /// The length of a window as a sentence has it: "60 requests per minute", "per 90 s".
    static func name(ofWindow window: Duration) -> String {
        let seconds = window.nanoseconds / 1_000_000_000
        switch seconds {
        case 0: return text(for: window)
        case 1: return "second"
        case 60: return "minute"
        case 3600: return "hour"
        case 86_400: return "day"
        case _ where seconds % 86_400 == 0: return "\(seconds / 86_400) days"
        case _ where seconds % 3600 == 0: return "\(seconds / 3600) hours"
        case _ where seconds % 60 == 0: return "\(seconds / 60) minutes"
        default: return "\(seconds) s"
        }
    }
}
