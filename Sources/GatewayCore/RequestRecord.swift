/// What the cache did with a request.
package enum CacheOutcome: String, CaseIterable, Sendable {
    case hit, miss, bypass
    /// An answer that is too old was given, because a new one is on its way or nobody has one.
    case stale
    /// A provider's refusal of an equal request was given again.
    case negative
    /// No client's: the gateway asked by itself for an answer to take the place of one that is too old.
    case refresh
}

/// Where a kept answer was found.
package enum CacheTier: String, CaseIterable, Sendable {
    case memory, redis
}

/// One try at one target.
package struct Attempt: Equatable, Sendable {
    package let provider: String
    package let model: String
    /// The provider's status; nil when it sent none.
    package var status: Int?
    package var error: ErrorKind?
    package var duration: Duration

    package init(provider: String, model: String, status: Int? = nil, error: ErrorKind? = nil, duration: Duration = .zero) {
        self.provider = provider
        self.model = model
        self.status = status
        self.error = error
        self.duration = duration
    }
}

/// What one request came to: the source of its access log line and its metrics.
package struct RequestRecord: Sendable {
    package var route: String?
    /// The model of the file that the request was served as; nil when it named none of the file's.
    package var modelLabel: String?
    package var provider: String?
    package var modelUsed: String?
    package var cache: CacheOutcome?
    /// Where the answer was found; nil: the provider was asked, or an equal request's call was shared.
    package var cacheTier: CacheTier?
    package var attempts: [Attempt] = []
    package var retries = 0
    /// The names of what was fallen back to, in order.
    package var fallbacks: [String] = []
    package var sharedFlight = false
    package var usage: Usage?
    /// What all attempts together cost by their targets' prices; nil where no target that was asked has a price.
    package var cost: Money?
    package var firstByteAt: ContinuousClock.Instant?
    /// Time spent waiting for providers; the rest is the gateway's own.
    package var upstreamTime: Duration = .zero
    package var status = 0
    package var error: ErrorKind?
    package var blame = Blame.none
    package var bytesOut = 0
    package var clientRetryCount: Int?

    package init() {}

    /// The answer of the last attempt, which had begun, was not to be whole.
    package mutating func attemptEnded(_ error: ErrorKind) {
        if let last = attempts.indices.last { attempts[last].error = error }
    }

    /// Whether the answer was paid for before, by another request: `usage` says what it once took, and is not to be counted again.
    package var isAnsweredFromCache: Bool {
        switch cache {
        case .hit, .stale, .negative: true
        case .miss, .bypass, .refresh, nil: false
        }
    }

    /// Whether the gateway itself has asked more than once: a client that repeats now multiplies the load.
    package var hasRepeated: Bool { retries > 0 || !fallbacks.isEmpty }
}
