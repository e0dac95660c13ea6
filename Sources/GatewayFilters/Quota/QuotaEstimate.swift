import GatewayCore

/// What a request may come to, reckoned before the provider is asked.
struct QuotaEstimate {
    /// For routes without limits of tokens or money.
    static let none = QuotaEstimate(input: 0, output: 0)

    /// Tokens that the provider will hardly count more of.
    let input: Int
    /// Of all answers together.
    let output: Int
    /// nil: the answer has no tokens that could be foreseen.
    let wish: OutputWish?
    /// Whose answers from which model this one will tell of; nil where there is no wish.
    let pair: OutputHistory.Key?

    init(input: Int, output: Int, wish: OutputWish? = nil, pair: OutputHistory.Key? = nil) {
        self.input = input
        self.output = output
        self.wish = wish
        self.pair = pair
    }

    /// - Parameters:
    ///   - model: of the file; nil for all others together.
    ///   - history: how long answers to callers without a wish have been.
    init(of exchange: Exchange, model: String?, history: OutputHistory) {
        switch exchange.operation {
        case .countTokens, .models, .other: self = .none
        case .embeddings, .embedContent, .batchEmbedContents:
            self.init(input: InputEstimate.tokens(of: exchange.request.body), output: 0)
        case .chatCompletions, .completions, .responses, .messages, .generateContent:
            let wish = OutputWish(exchange) ?? OutputWish()
            let pair = OutputHistory.Key(caller: exchange.caller?.name, model: model)
            let each = wish.tokensMax ?? history.expected(for: pair)
            self.init(
                input: InputEstimate.tokens(of: exchange.request.body), output: min(each * wish.answers, QuotaWeights.tokensMax), wish: wish,
                pair: pair)
        }
    }

    var usage: Usage { Usage(input: input, output: output, isEstimate: true) }

    /// What has been used at least once the request has been sent.
    var usageOfInput: Usage { Usage(input: input, output: 0, isComplete: false, isEstimate: true) }

    /// With the shortest answer that is worth having.
    var usageMin: Usage { Usage(input: input, output: min(output, (wish?.tokensMin ?? 0) * (wish?.answers ?? 1)), isEstimate: true) }
}
