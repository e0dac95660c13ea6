/// What a request saved of its bill, or added to it, by what brought that about. Each is against a counterfactual of its own:
///
/// - `cache`: without the cache, the provider would have been paid again for what the kept answer once cost.
/// - `single_flight`: without sharing a call, each of the equal requests would have paid for one.
/// - `prompt_cache`: without the provider's prompt cache, all input would have cost what plain input does. What writing to that cache costs more
///   than plain input counts against it.
/// - `routing`: without a choice of targets, the same tokens would have been bought from the dearest target of the model that was asked for, or of
///   the model that it has as its baseline.
/// - `retries`: without retries and fallbacks, attempts that cost something and were not the answer would not have been paid. Never above zero.
package struct Savings: Equatable, Sendable {
    package enum Lever: String, CaseIterable, Sendable {
        case cache
        case singleFlight = "single_flight"
        case promptCache = "prompt_cache"
        case routing
        case retries
    }

    package private(set) var cache = Money.zero
    package private(set) var singleFlight = Money.zero
    package private(set) var promptCache = Money.zero
    package private(set) var routing = Money.zero
    package private(set) var retries = Money.zero

    package subscript(_ lever: Lever) -> Money {
        switch lever {
        case .cache: cache
        case .singleFlight: singleFlight
        case .promptCache: promptCache
        case .routing: routing
        case .retries: retries
        }
    }

    /// Of all levers; below zero when they added more than they saved.
    package var total: Money { Lever.allCases.reduce(.zero) { $0 + self[$1] } }

    package init() {}

    package init(_ record: RequestRecord) {
        if let avoided = record.costAvoided {
            if record.sharedFlight { singleFlight = avoided } else { cache = avoided }
        }
        for attempt in record.attempts.dropLast() { retries = retries - (attempt.cost ?? .zero) }
        guard let answered = record.attempts.last, let usage = answered.usage, let cost = answered.cost, let price = record.price else { return }
        promptCache = price.costUncached(of: usage) - cost
        if let baseline = record.baseline { routing = baseline.cost(of: usage) - cost }
    }
}

/// What would be paid for a model if nobody looked for a cheaper target.
package struct PriceBaseline: Equatable, Sendable {
    private let prices: [Price]

    /// - Parameter prices: of the targets to compare with; nil when there are none.
    package init?(_ prices: [Price]) {
        guard !prices.isEmpty else { return nil }
        self.prices = prices
    }

    /// The dearest for these tokens.
    package func cost(of usage: Usage) -> Money {
        prices.reduce(.zero) { max($0, $1.cost(of: usage)) }
    }
}
