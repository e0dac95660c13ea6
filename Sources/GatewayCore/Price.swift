/// What a provider takes for a model's work, by the classes of `Usage`.
///
/// All rates are picodollars for one token, call or search, which are millionths of a dollar for a million of them: a price list's 0.0375 USD
/// per million is 37,500.
package struct Price: Hashable, Sendable {
    package var rates: PriceRates
    /// Rates for the whole of a request whose input is longer than a bound, ascending by bound; empty where length does not matter.
    package var longInput: [LongInput]
    /// Of a request that was answered, beside its tokens.
    package var request: Int
    /// Of one search that the provider made for the answer.
    package var webSearch: Int
    /// What tokens cost in a class of service, in percent of these rates; 100 for a class that is not named.
    package var serviceTiers: [ServiceTier: Int]

    package struct LongInput: Hashable, Sendable {
        /// Tokens of input, all classes together, beyond which `rates` hold.
        package var tokensMin: Int
        package var rates: PriceRates

        package init(above tokensMin: Int, rates: PriceRates) {
            self.tokensMin = tokensMin
            self.rates = rates
        }
    }

    package init(
        _ rates: PriceRates, longInput: [LongInput] = [], request: Int = 0, webSearch: Int = 0, serviceTiers: [ServiceTier: Int] = [:]
    ) {
        self.rates = rates
        self.longInput = longInput
        self.request = request
        self.webSearch = webSearch
        self.serviceTiers = serviceTiers
    }

    package init(
        input: Int, output: Int, cachedInput: Int? = nil, cacheWrite: Int? = nil, cacheWriteHour: Int? = nil, audioInput: Int? = nil,
        audioOutput: Int? = nil
    ) {
        self.init(
            PriceRates(
                input: input, output: output, cachedInput: cachedInput, cacheWrite: cacheWrite, cacheWriteHour: cacheWriteHour,
                audioInput: audioInput, audioOutput: audioOutput))
    }

    package var input: Int { rates.input }
    package var output: Int { rates.output }

    /// Every token at the rate of its class, and the fees; the sum rounded up to a nanodollar.
    package func cost(of usage: Usage) -> Money {
        var sum = Picodollars()
        rates(for: usage).add(usage, to: &sum)
        if let tier = usage.serviceTier, let percent = serviceTiers[tier] { sum.scale(percent: percent) }
        sum.add(usage.webSearches, at: webSearch)
        sum.add(1, at: request)
        return sum.money
    }

    /// Of an answer whose tokens nobody counts; nil when nothing but tokens costs.
    package var costWithoutTokens: Money? {
        guard request > 0 else { return nil }
        var sum = Picodollars()
        sum.add(1, at: request)
        return sum.money
    }

    /// What `usage` would have cost without the provider's prompt cache: all input read anew.
    package func costUncached(of usage: Usage) -> Money {
        var plain = usage
        plain.cachedInput = 0
        plain.cachedAudioInput = 0
        plain.cacheWrite = 0
        plain.cacheWriteHour = 0
        return cost(of: plain)
    }

    private func rates(for usage: Usage) -> PriceRates {
        var found = rates
        for step in longInput where usage.input > step.tokensMin { found = step.rates }
        return found
    }
}

extension Price {
    /// A price that no request exceeds at either of two: the larger rate of each class, at any length of input and in the dearest class of service.
    package func ceiling(_ other: Price) -> Price {
        let (one, two) = (dearest, other.dearest)
        return Price(one.rates.larger(two.rates), request: max(one.request, two.request), webSearch: max(one.webSearch, two.webSearch))
    }

    /// One rate for each class, whatever the length of the input and the class of service.
    package var dearest: Price {
        let all = longInput.reduce(rates) { $0.larger($1.rates) }
        return Price(all.scaled(percent: max(100, serviceTiers.values.max() ?? 100)), request: request, webSearch: webSearch)
    }
}
