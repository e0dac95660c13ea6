package import GatewayCore

/// The `price` block of a target: US dollars per million of what a provider bills.
package struct PriceConfig: ConfigBlock, Hashable, Sendable {
    /// Picodollars for one token of each class; nil where the file does not say.
    package struct Rates: Hashable, Sendable {
        package let input: Int
        package let output: Int
        package let cachedInput: Int?
        package let cacheWrite: Int?
        package let cacheWriteHour: Int?
        package let audioInput: Int?
        package let cachedAudioInput: Int?
        package let audioOutput: Int?
        package let reasoning: Int?

        init(_ fields: inout Fields) {
            input = fields.required("input", .pricePerMillion)
            output = fields.required("output", .pricePerMillion, hint: "write `output: 0` for a model that writes none, such as one for embeddings")
            cachedInput = fields.optional("cached_input", .pricePerMillion)
            cacheWrite = fields.optional("cache_write", .pricePerMillion)
            cacheWriteHour = fields.optional("cache_write_1h", .pricePerMillion)
            audioInput = fields.optional("audio_input", .pricePerMillion)
            cachedAudioInput = fields.optional("cached_audio_input", .pricePerMillion)
            audioOutput = fields.optional("audio_output", .pricePerMillion)
            reasoning = fields.optional("reasoning", .pricePerMillion)
        }
    }

    package struct LongInput: Hashable, Sendable {
        /// Tokens of input beyond which `rates` hold for the whole request.
        package let above: Int
        package let rates: Rates
    }

    package let rates: Rates
    /// Ascending.
    package let longInput: [LongInput]
    /// Picodollars.
    package let request: Int
    package let webSearch: Int
    /// In percent.
    package let serviceTiers: [ServiceTier: Int]

    package init(reading fields: inout Fields) {
        rates = Rates(&fields)
        longInput = Self.longInput(&fields)
        request = fields.value("request", .pricePerMillion, default: 0)
        webSearch = fields.value("web_search", .pricePerMillion, default: 0)
        serviceTiers =
            fields.optionalBlock("service_tier") { tiers in
                var percents: [ServiceTier: Int] = [:]
                for tier in ServiceTier.allCases { percents[tier] = tiers.optional(tier.rawValue, .percent(in: 1...1000)) }
                tiers.finish()
                return percents
            } ?? [:]
        fields.finish()
    }

    private static func longInput(_ fields: inout Fields) -> [LongInput] {
        let steps = fields.blocks("long_input") { step in
            let above = step.required("above", .tokens(in: 1...1_000_000_000), hint: "the tokens beyond which these prices hold: `above: 200k`")
            defer { step.finish() }
            return LongInput(above: above, rates: Rates(&step))
        }
        if zip(steps, steps.dropFirst()).contains(where: { $0.above >= $1.above }) {
            fields.conflict("long_input must go from the shortest input to the longest", at: "long_input")
        }
        return steps
    }

    /// - Parameter isAnthropic: what is not said of the prompt cache is then not the price of input, but Anthropic's multiple of it.
    package func price(isAnthropic: Bool) -> Price {
        Price(
            rates.priceRates(isAnthropic), longInput: longInput.map { Price.LongInput(above: $0.above, rates: $0.rates.priceRates(isAnthropic)) },
            request: request, webSearch: webSearch, serviceTiers: serviceTiers)
    }
}

extension PriceConfig.Rates {
    /// Anthropic reads from its cache at a tenth of the price of input, and writes to it at 1.25 times (five minutes) and twice (an hour) the price.
    ///
    /// - SeeAlso: https://platform.claude.com/docs/en/about-claude/pricing, "Prompt caching"
    fileprivate func priceRates(_ isAnthropic: Bool) -> PriceRates {
        func standard(_ percent: Int) -> Int? { isAnthropic ? (input * percent + 99) / 100 : nil }
        return PriceRates(
            input: input, output: output, cachedInput: cachedInput ?? standard(10), cacheWrite: cacheWrite ?? standard(125),
            cacheWriteHour: cacheWriteHour ?? standard(200), audioInput: audioInput, cachedAudioInput: cachedAudioInput, audioOutput: audioOutput,
            reasoning: reasoning)
    }
}

extension PriceConfig: CustomStringConvertible {
    /// Says nothing of the figures: a kept answer stays good when its price changes.
    package var description: String { "price" }
}
