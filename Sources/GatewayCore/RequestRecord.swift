package import MonotonicClock

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

extension CacheOutcome {
    /// Whether the client's answer was paid for before.
    package var isAnswer: Bool {
        switch self {
        case .hit, .stale, .negative: true
        case .miss, .bypass, .refresh: false
        }
    }
}

/// Where a kept answer was found.
package enum CacheTier: String, CaseIterable, Sendable {
    case memory, redis
}

/// One try at one target.
package struct Attempt: Equatable, Sendable {
    package let provider: String
    /// As the provider calls it; nil for a request that is about no model, as of files.
    package let model: String?
    /// The provider's status; nil when it sent none.
    package var status: Int?
    package var error: ErrorKind?
    package var duration: Duration
    /// What it used, as far as that is known; a failed attempt may have used something too.
    package var usage: Usage?
    /// What that costs; nil where the target has no price, or nothing was used.
    package var cost: Money?

    package init(
        provider: String, model: String?, status: Int? = nil, error: ErrorKind? = nil, duration: Duration = .zero, usage: Usage? = nil,
        cost: Money? = nil
    ) {
        self.provider = provider
        self.model = model
        self.status = status
        self.error = error
        self.duration = duration
        self.usage = usage
        self.cost = cost
    }
}

extension [Attempt] {
    /// What all of them together used; nil when nobody knows of anything.
    package var usage: Usage? {
        // By position: an element that is handed out is a copy.
        var sum: Usage?
        for index in indices {
            guard let usage = self[index].usage else { continue }
            sum = sum.map { $0 + usage } ?? usage
        }
        return sum
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
    /// Of the answer that the client gets: the last attempt's, or what a kept answer once used.
    package var usage: Usage?
    /// What all attempts together cost by their targets' prices so far; nil where no target that was asked has a price, or none was asked.
    package var cost: Money?
    /// What the provider took for each token of the last attempt.
    package var price: Price?
    /// What the model that was asked for would cost without a choice of targets.
    package var baseline: PriceBaseline?
    /// What somebody else has paid for the answer; nil for an answer that was made for this request, or whose cost nobody knows.
    package var costAvoided: Money?
    /// The name of the limit that refused the request.
    package var limitReached: String?
    /// The names of limits that only watch, and would have refused it.
    package var shadowLimits: [String] = []
    package var firstByteAt: Instant?
    /// Time spent waiting for providers; the rest is the gateway's own.
    package var upstreamTime: Duration = .zero
    package var status = 0
    package var error: ErrorKind?
    package var blame = Blame.none
    package var bytesOut = 0
    package var clientRetryCount: Int?

    package init() {}

    /// Another attempt begins: what is learned from here on is about it.
    package mutating func attemptBegan(_ attempt: Attempt) {
        provider = attempt.provider
        modelUsed = attempt.model
        usage = nil
        attempts.append(attempt)
    }

    /// What the last attempt has used so far, in place of what was said before; `cost` follows.
    ///
    /// - Parameter usage: nil for an answer whose tokens nobody counts.
    package mutating func attemptUsed(_ usage: Usage?, at price: Price?) {
        self.usage = usage
        self.price = price
        guard let last = attempts.indices.last else { return }
        attempts[last].usage = usage
        guard let price, let cost = usage.map(price.cost(of:)) ?? price.costWithoutTokens else { return }
        self.cost = (self.cost ?? .zero) - (attempts[last].cost ?? .zero) + cost
        attempts[last].cost = cost
    }

    /// The answer of the last attempt, which had begun, was not to be whole.
    package mutating func attemptEnded(_ error: ErrorKind) {
        usage?.isComplete = false
        guard let last = attempts.indices.last else { return }
        attempts[last].error = error
        attempts[last].usage?.isComplete = false
    }

    /// What the answer alone cost, without the attempts that failed before it.
    package var costOfAnswer: Money? { attempts.last?.cost ?? cost }

    /// What all attempts together used; nil when nobody knows of anything.
    package var usageOfAttempts: Usage? { attempts.usage }

    /// Whether the answer is paid for by another request: `usage` says what it once took, and is not to be counted again.
    package var isAnsweredFromCache: Bool { cache?.isAnswer ?? false || (sharedFlight && attempts.isEmpty) }

    /// Whether the gateway itself has asked more than once: a client that repeats now multiplies the load.
    package var hasRepeated: Bool { retries > 0 || !fallbacks.isEmpty }
}
