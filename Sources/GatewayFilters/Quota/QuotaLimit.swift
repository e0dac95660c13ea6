package import GatewayCore

/// One limit of a route.
package struct QuotaLimit: Hashable, Sendable {
    package typealias Allowance = QuotaAllowance

    /// What gets a counter of its own.
    package enum Dimension: Hashable, Sendable {
        /// All anonymous requests are one caller.
        case caller
        /// A caller without a team counts as a team of one.
        case team
        case route
        /// A model of the file, as the client names it; all others together count as one.
        case model
        /// What a claim of the caller's token says; all whose tokens do not have it count as one.
        case claim(String)
        /// One counter for all.
        case everyone

        /// As the file has it.
        package var name: String {
            switch self {
            case .caller: "caller"
            case .team: "team"
            case .route: "route"
            case .model: "model"
            case .claim(let name): "claim \(name)"
            case .everyone: "everyone"
            }
        }
    }

    /// What happens to a request that finds too little left.
    package enum OnExceed: Hashable, Sendable {
        /// It is refused.
        case reject
        /// Its answer may be no longer than what is left allows.
        case clamp
        /// It is let through as long as anything is left, and those after it are refused.
        case finish
    }

    /// What happens to requests while Redis cannot be asked.
    package enum WithoutStore: Hashable, Sendable {
        /// This process holds to its share of the limit: one of so many.
        case share(pods: Int)
        case reject
        case allow
    }

    /// Unique together with `each` and the kind of allowance. The counters live under it: they survive a reload that keeps it.
    package let name: String
    package let allowance: Allowance
    package let each: Dimension
    package var onExceed = OnExceed.reject
    /// Counts and reports, and lets everything through.
    package var isShadow = false
    /// Whether answers from the cache count as if the provider had been asked.
    package var chargesCached = false
    package var withoutStore = WithoutStore.share(pods: 1)

    package init(
        name: String, allowance: Allowance, each: Dimension, onExceed: OnExceed = .reject, isShadow: Bool = false, chargesCached: Bool = false,
        withoutStore: WithoutStore = .share(pods: 1)
    ) {
        self.name = name
        self.allowance = allowance
        self.each = each
        self.onExceed = onExceed
        self.isShadow = isShadow
        self.chargesCached = chargesCached
        self.withoutStore = withoutStore
    }

    /// What counters of this limit are called, whoever they count for.
    var counterName: String { "\(kind)/\(each.name)/\(name)" }

    /// Counters of different kinds have nothing in common, whatever their limits are called.
    private var kind: String {
        let measure =
            switch allowance.measure {
            case .requests: "requests"
            case .tokens: "tokens"
            case .money: "usd"
            case .atOnce: "at-once"
            }
        switch allowance.window {
        case .sliding, .open: return measure
        case .fixed: return measure + "-fixed"
        case .calendar(let window): return "\(measure)-\(window.unit.rawValue)"
        case .bucket: return measure + "-bucket"
        }
    }
}

/// Whom a counter counts for. The cases keep a caller named `everyone` apart from everyone.
package enum QuotaSubject: Hashable, Sendable {
    case everyone
    case anonymous
    case caller(String)
    case team(String)
    case route(String)
    case model(String)
    /// All models together that the file does not name: clients' inventions mint no counters.
    case otherModels
    /// What a claim says.
    case claim(String)
    case withoutClaim
}

/// Names one counter, in whichever store. A value, shared because demands, reservations and counters all name it.
package final class QuotaKey: Hashable, Sendable {
    package let counter: String
    package let subject: QuotaSubject
    /// Of both, made once: it also says where the counter is kept.
    private let digest: Int

    package init(counter: String, subject: QuotaSubject) {
        self.counter = counter
        self.subject = subject
        var hasher = Hasher()
        hasher.combine(counter)
        hasher.combine(subject)
        digest = hasher.finalize()
    }

    package static func == (left: QuotaKey, right: QuotaKey) -> Bool {
        left === right || (left.digest == right.digest && left.counter == right.counter && left.subject == right.subject)
    }

    /// The same for equal keys in one process; any number.
    package var hashValue: Int { digest }

    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
