import GatewayCore
import MonotonicClock

/// For how long a route's answers may be given again, and in which case.
package struct CachePolicy: Equatable, Sendable {
    /// What may be done with an answer of a certain age.
    enum Standing: Equatable {
        case fresh
        /// It may be given while a new one is fetched.
        case refreshable
        /// It may be given when no provider has a new one.
        case lastResort
        case expired
    }

    package var keep: Duration
    package var staleWhileRefresh: Duration
    package var staleIfError: Duration
    /// For providers' refusals of a request. Zero: they are not kept.
    package var negative: Duration

    package init(keep: Duration, staleWhileRefresh: Duration = .zero, staleIfError: Duration = .zero, negative: Duration = .zero) {
        self.keep = keep
        self.staleWhileRefresh = staleWhileRefresh
        self.staleIfError = staleIfError
        self.negative = negative
    }

    /// How long beyond `keep` an answer may still be of use.
    var staleMax: Duration { max(staleWhileRefresh, staleIfError) }

    /// Both the route as it is now and the one that kept the answer have to allow it.
    func standing(of answer: StoredAnswer, at now: Instant) -> Standing {
        let age = answer.age(at: now)
        if answer.refusal != nil { return age < min(negative, answer.keep) ? .fresh : .expired }
        let fresh = min(keep, answer.keep)
        if age < fresh { return .fresh }
        if age < fresh + min(staleWhileRefresh, answer.stale) { return .refreshable }
        return age < fresh + min(staleIfError, answer.stale) ? .lastResort : .expired
    }
}

extension GatewayError {
    /// Whether an old answer is better than this: no provider had one, for reasons that are not the caller's.
    var mayBeCoveredUp: Bool { blame == .upstream || kind == .upstreamAuth }
}
