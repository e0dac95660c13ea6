/// One limit of a route.
package struct QuotaLimit: Hashable, Sendable {
    package enum Allowance: Hashable, Sendable {
        /// At most so many in any stretch of `window`.
        case requests(Int, window: Duration)
        /// At most so many unanswered at the same time.
        case atOnce(Int)
    }

    /// What gets a counter of its own.
    package enum Dimension: String, CaseIterable, Sendable {
        /// All anonymous requests are one caller.
        case caller
        /// A caller without a team counts as a team of one.
        case team
        case route
        /// A model of the file, as the client names it; all others together count as one.
        case model
        /// One counter for all.
        case everyone
    }

    /// Unique together with `each` and the kind of allowance. The counters live under it: they survive a reload that keeps it.
    package let name: String
    package let allowance: Allowance
    package let each: Dimension

    package init(name: String, allowance: Allowance, each: Dimension) {
        self.name = name
        self.allowance = allowance
        self.each = each
    }

    /// What counters of this limit are called, whoever they count for.
    var counterName: String {
        switch allowance {
        case .requests: "requests/\(each.rawValue)/\(name)"
        case .atOnce: "at-once/\(each.rawValue)/\(name)"
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
}

/// Names one counter, in whichever store.
package struct QuotaKey: Hashable, Sendable {
    package let counter: String
    package let subject: QuotaSubject

    package init(counter: String, subject: QuotaSubject) {
        self.counter = counter
        self.subject = subject
    }
}
