import GatewayCore
import JSONBytes

/// What a request says about the length of its answer.
struct OutputWish: Equatable {
    /// The most tokens of one answer that the client wants; nil when it does not say.
    var tokensMax: Int?
    /// How many answers it wants.
    var answers = 1
    /// Tokens below which an answer cannot be held: it would be refused, or have no room for more than thoughts.
    var tokensMin = tokensMinStandard

    /// OpenAI's responses API takes no smaller number.
    static let tokensMinStandard = 16
    private static let answersMax = 128

    init(tokensMax: Int? = nil, answers: Int = 1, tokensMin: Int = tokensMinStandard) {
        self.tokensMax = tokensMax
        self.answers = answers
        self.tokensMin = tokensMin
    }

    /// - Returns: nil for a request whose answer has no tokens that count, or none that could be foreseen.
    init?(_ exchange: Exchange) {
        guard let scan = exchange.bodyScan else { return nil }
        let body = exchange.request.body
        func number(_ name: String) -> Int? { Self.number(scan[name], body) }
        switch exchange.operation {
        case .chatCompletions:
            self.init(tokensMax: number("max_completion_tokens") ?? number("max_tokens"), answers: Self.answers(number("n")))
        case .completions:
            self.init(tokensMax: number("max_tokens"), answers: max(Self.answers(number("n")), Self.answers(number("best_of"))))
        case .responses: self.init(tokensMax: number("max_output_tokens"))
        case .messages:
            let thinking = Self.member(of: scan["thinking"], ["budget_tokens"], body)
            self.init(tokensMax: number("max_tokens"), tokensMin: (thinking ?? 0) + Self.tokensMinStandard)
        case .generateContent:
            let config = scan["generationConfig"] ?? scan["generation_config"]
            self.init(
                tokensMax: Self.member(of: config, ["maxOutputTokens", "max_output_tokens"], body),
                answers: Self.answers(Self.member(of: config, ["candidateCount", "candidate_count"], body)))
        case .embeddings, .countTokens, .embedContent, .batchEmbedContents, .models, .other: return nil
        }
    }

    private static func answers(_ count: Int?) -> Int { min(max(1, count ?? 1), answersMax) }

    /// A positive whole number. What is none will be refused by the provider.
    private static func number(_ field: JSONField?, _ body: [UInt8]) -> Int? {
        guard let field, field.kind == .number, let number = try? field.int(in: body), number > 0 else { return nil }
        return min(number, QuotaWeights.tokensMax)
    }

    private static func member(of object: JSONField?, _ names: [String], _ body: [UInt8]) -> Int? {
        guard let object, object.kind == .object, let inner = try? JSONScanner.topLevel(body, in: object.value, wanted: JSONNames(names)) else {
            return nil
        }
        return names.lazy.compactMap { number(inner[$0], body) }.first
    }
}
