import GatewayCore

/// What a request came to, for the limits that count it.
struct QuotaUse {
    /// Whether it counts against limits of requests.
    var isRequest = true
    /// Of all attempts together, or what a kept answer once used.
    var usage = Usage(input: 0, output: 0)
    /// Tokens of the answer that the client got, where the provider counted all of it.
    var answerTokens: Int?
    /// nil: reckoned from `usage`.
    var cost: Money?
    /// The answer was kept, or another request's, and nothing was spent for this one.
    var isCached = false

    /// Of an answer that has begun, and ended in whichever way.
    init(of exchange: Exchange, _ estimate: QuotaEstimate, end: BodyEnd) {
        // An old answer may have covered up a failure that was billed.
        let isKept = exchange.isAnsweredFromCache
        let attempted = exchange.usageOfAttempts
        isCached = isKept && attempted == nil && exchange.record.cost == nil
        cost = exchange.record.cost
        if let answer = exchange.record.usage, answer.isComplete, !answer.isEstimate, !isKept {
            answerTokens = answer.output
        }
        if let known = isCached ? exchange.record.usage : attempted ?? exchange.record.usage {
            usage = known
        } else if !isCached {
            // Nobody counted. A whole answer is taken to have been as long as was foreseen.
            usage = end == .finished ? estimate.usage : estimate.usageOfInput
        }
    }

    /// Of a request that failed before it had an answer.
    init(of exchange: Exchange, _ estimate: QuotaEstimate, error: GatewayError) {
        isRequest = error.countsAsRequest
        cost = exchange.record.cost
        if let known = exchange.usageOfAttempts ?? exchange.record.usage {
            usage = known
        } else if error.mayBeBilled, !exchange.record.attempts.isEmpty {
            usage = estimate.usageOfInput
        }
    }
}
