package import JSONBytes
import YAMLReader

/// A provider and the name of a model there, and what is peculiar to the model.
package struct TargetConfig: Hashable, Sendable {
    /// How a model is told how much to think.
    package enum Thinking: String, CaseIterable, Sendable {
        /// By a word.
        case effort
        /// By a number of tokens.
        case budget
    }

    package let provider: String
    /// What the provider calls the model; the model's own name when the file does not say.
    package let model: String
    /// The share of requests under `balance: weighted`. 0 takes requests only when the others have failed.
    package let weight: Int
    /// Members of the provider's request body that this model refuses, and that are left out.
    package let drop: [JSONPointer]
    /// The most tokens of an answer for clients that set none, where the provider's dialect requires a number; nil: the dialect's default.
    package let maxTokens: Int?
    package let thinking: Thinking
    /// Tokens for the words of clients, under `thinking: budget`; those that are missing have the default.
    package let thinkingBudgets: [String: Int]
    /// nil: the file does not say what it costs.
    package private(set) var price: PriceConfig?

    /// - Parameter modelDefault: the name of the model that the target serves.
    init(modelDefault: String, reading fields: inout Fields) {
        self.init(
            model: { $0.value("model", .modelName, default: modelDefault) }, weight: { $0.integer("weight", in: 0...1000, default: 1) }, &fields)
    }

    /// The one target of a fallback rule.
    init(fallback fields: inout Fields) {
        self.init(model: { $0.required("model", .modelName) }, weight: { _ in 1 }, &fields)
    }

    private init(model: (inout Fields) -> String, weight: (inout Fields) -> Int, _ fields: inout Fields) {
        provider = fields.required("provider", .name())
        self.model = model(&fields)
        self.weight = weight(&fields)
        drop = Self.drops(&fields)
        maxTokens = fields.optional("max_tokens", .integer(in: 1...10_000_000))
        thinking = fields.choice("thinking", default: .effort)
        thinkingBudgets = Self.budgets(&fields)
        price = fields.optionalBlock("price")
        if !thinkingBudgets.isEmpty, thinking == .effort {
            fields.conflict("thinking_budgets does nothing without `thinking: budget`", at: "thinking_budgets")
        }
        fields.finish()
    }

    /// With the price that a table has for it, where the target says none.
    func priced(by prices: PricesConfig, _ providers: [String: ProviderConfig]) -> TargetConfig {
        guard price == nil, let provider = providers[provider] else { return self }
        var target = self
        target.price = prices.entry(for: model, at: provider)?.price
        return target
    }

    private static func drops(_ fields: inout Fields) -> [JSONPointer] {
        guard let node = fields.take("drop"), let pointers = fields.list("drop", of: .pointer, mayBeEmpty: true) else { return [] }
        var claims = PointerClaims(context: fields.context)
        var items = [node]
        if case .sequence(let several) = node.value { items = several }
        for (pointer, item) in zip(pointers, items) where pointer != .unreadable { claims.claim(pointer, for: "drop", at: item.position) }
        return pointers.filter { $0 != .unreadable }
    }

    private static func budgets(_ fields: inout Fields) -> [String: Int] {
        fields.optionalBlock("thinking_budgets") { words in
            var budgets: [String: Int] = [:]
            for word in ["none", "minimal", "low", "medium", "high", "xhigh", "max"] {
                budgets[word] = words.optional(word, .integer(in: 0...1_000_000))
            }
            words.finish()
            return budgets
        } ?? [:]
    }
}
