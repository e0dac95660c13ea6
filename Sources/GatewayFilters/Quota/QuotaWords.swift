import GatewayCore

/// Limits in the words of a sentence: "60 requests per minute", "50 USD per month".
enum QuotaWords {
    static func text(_ allowance: QuotaAllowance) -> String {
        switch allowance.measure {
        case .requests: "\(allowance.amount) requests \(per(allowance.window))"
        case .tokens(let weights): "\(allowance.amount) \(tokens(weights)) \(per(allowance.window))"
        case .money: "\(dollars(allowance.amount)) USD \(per(allowance.window))"
        case .atOnce: "\(allowance.amount) at once"
        }
    }

    private static func tokens(_ weights: QuotaWeights) -> String {
        switch weights {
        case .total: "tokens"
        case .inputOnly: "input tokens"
        case .outputOnly: "output tokens"
        default: "weighted tokens"
        }
    }

    private static func per(_ window: QuotaAllowance.Window) -> String {
        switch window {
        case .sliding(let length), .fixed(let length), .bucket(_, let length): "per " + name(ofWindow: length)
        case .calendar(let calendar): "per calendar " + calendar.unit.rawValue
        case .open: "at once"
        }
    }

    /// The length of a window as a sentence has it: "minute", "90 s".
    static func name(ofWindow window: Duration) -> String {
        let seconds = window.wholeNanoseconds / 1_000_000_000
        switch seconds {
        case 0: return QuotaHeaders.text(for: window)
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

    /// In decimal digits, rounded down to millionths of a dollar.
    static func dollars(_ nanodollars: Int) -> String {
        let millionths = max(0, nanodollars) / 1000
        let (whole, rest) = (millionths / 1_000_000, millionths % 1_000_000)
        guard rest > 0 else { return String(whole) }
        var fraction = String(1_000_000 + rest).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(whole).\(fraction)"
    }
}
