import GatewayCore

/// One limit of a route, and how requests are measured by it.
final class QuotaRule: Sendable {
    let limit: QuotaLimit
    let meter: QuotaMeter?
    /// What clients call the unit; nil for places.
    let unit: QuotaHeaders.Unit?
    /// The whole of the limit, as clients are told.
    let capacityText: String
    private let counter: String
    private let cost: @Sendable (_ model: String?, Usage) -> Money?

    init(_ limit: QuotaLimit, meter: QuotaMeter?, cost: @escaping @Sendable (_ model: String?, Usage) -> Money?) {
        self.limit = limit
        self.meter = meter
        self.cost = cost
        counter = limit.counterName
        unit =
            switch limit.allowance.measure {
            case .requests: .requests
            case .tokens(.inputOnly): .inputTokens
            case .tokens(.outputOnly): .outputTokens
            case .tokens: .tokens
            case .money: .dollars
            case .atOnce: nil
            }
        capacityText = QuotaHeaders.amount(limit.allowance.capacity, unit ?? .requests)
    }

    func demand(_ subject: QuotaSubject, _ estimate: QuotaEstimate, _ model: String?) -> QuotaDemand {
        QuotaDemand(
            key: QuotaKey(counter: counter, subject: subject), allowance: limit.allowance, amount: amount(of: estimate.usage, model),
            room: room(estimate, model), isShadow: limit.isShadow, withoutStore: limit.withoutStore)
    }

    private func room(_ estimate: QuotaEstimate, _ model: String?) -> QuotaDemand.Room {
        switch limit.onExceed {
        case .reject: .whole
        case .clamp: estimate.wish == nil ? .whole : .part(least: amount(of: estimate.usageMin, model))
        case .finish: .any
        }
    }

    /// What a request came to. Of requests and places, what was reserved or nothing.
    func amount(of use: QuotaUse, reserved: Int, _ model: String?) -> Int {
        switch limit.allowance.measure {
        case .requests: return use.isRequest ? reserved : 0
        case .atOnce: return 0
        case .tokens, .money: break
        }
        guard !use.isCached else { return limit.chargesCached ? amount(of: use.usage, model) : 0 }
        if limit.allowance.measure == .money, let cost = use.cost { return Self.bounded(cost) }
        return amount(of: use.usage, model)
    }

    private func amount(of usage: Usage, _ model: String?) -> Int {
        switch limit.allowance.measure {
        case .requests, .atOnce: 1
        case .tokens(let weights): weights.tokens(of: usage)
        case .money: cost(model, usage).map(Self.bounded) ?? 0
        }
    }

    /// What one answer costs, 10,000 USD at the most, stays far below what a counter can hold, whatever a provider claims to have counted.
    private static func bounded(_ cost: Money) -> Int { min(max(0, cost.nanodollars), 10_000_000_000_000) }

    /// The most tokens of output, of all answers together, that `amount` is enough for.
    func output(within amount: Int, _ estimate: QuotaEstimate, _ model: String?) -> Int {
        var (fits, exceeds) = (0, estimate.output + 1)
        while exceeds - fits > 1 {
            let middle = (fits + exceeds) / 2
            let needed = self.amount(of: Usage(input: estimate.input, output: middle, isEstimate: true), model)
            if needed <= amount { fits = middle } else { exceeds = middle }
        }
        return fits
    }

    func refusal(retryAfterSeconds seconds: Int) -> GatewayError {
        let allowance = limit.allowance
        return switch (allowance.measure, allowance.window) {
        case (.requests, .sliding(let window)), (.requests, .fixed(let window)), (.requests, .bucket(_, let window)):
            .requestsSpent(limit: allowance.amount, window: QuotaWords.name(ofWindow: window), retryAfterSeconds: seconds)
        case (.requests, .calendar(let window)):
            .requestsSpent(limit: allowance.amount, window: "calendar " + window.unit.rawValue, retryAfterSeconds: seconds)
        case (.tokens, _): .tokensSpent(allowance: QuotaWords.text(allowance), retryAfterSeconds: seconds)
        case (.money, _): .moneySpent(allowance: QuotaWords.text(allowance), retryAfterSeconds: seconds)
        case (.atOnce, _), (.requests, .open): .tooManyAtOnce(limit: allowance.amount)
        }
    }
}
