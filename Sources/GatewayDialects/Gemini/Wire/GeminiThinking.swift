import JSONBytes

/// How much a model of Gemini's thinks: older ones take a budget of tokens, newer ones a level, and none takes both.
///
/// - SeeAlso: wire.md, sections 5.1 and 7.2
struct GeminiThinking {
    /// The `thinkingConfig`; may be empty.
    private(set) var json = JSONObject()
    /// Whether the client named an effort for which there is no budget.
    private(set) var isEffortLost = false

    /// - Parameter showsUnasked: whether the client's format shows thoughts to whoever lets the model think.
    init(_ reasoning: ChatReasoning, for target: ChatTargetFacts, showsUnasked: Bool = false) {
        let thinks = reasoning.effort != ChatReasoning.Effort.none && reasoning.budgetTokens != 0
        let asksForThinking = reasoning.isAdaptive || reasoning.budgetTokens != nil
        var shows = reasoning.showsThoughts ?? (showsUnasked && thinks && asksForThinking ? true : nil)
        if target.takesBudgets {
            if let budget = Self.budget(reasoning, target) {
                json["thinkingBudget"] = JSONValue(budget)
                // Who does not think has nothing to show, and Gemini refuses to be asked for it.
                if budget == 0, shows == true { shows = nil }
            } else {
                isEffortLost = reasoning.effort != nil
            }
        } else if let effort = reasoning.effort ?? reasoning.budgetTokens.map({ Self.effort($0, target) }) {
            json["thinkingLevel"] = .string(Self.level(effort))
        }
        if let shows { json["includeThoughts"] = .bool(shows) }
    }

    private static func budget(_ reasoning: ChatReasoning, _ target: ChatTargetFacts) -> Int? {
        if let tokens = reasoning.budgetTokens { return tokens }
        if let effort = reasoning.effort, let tokens = target.reasoningBudgets[effort] { return tokens }
        return reasoning.isAdaptive ? -1 : nil
    }

    /// The most that costs no more than the budget.
    private static func effort(_ tokens: Int, _ target: ChatTargetFacts) -> ChatReasoning.Effort {
        let budgets = target.reasoningBudgets.isEmpty ? ChatTargetFacts.standardBudgets : target.reasoningBudgets
        return budgets.filter { $0.value <= tokens }.keys.max() ?? .none
    }

    /// Newer models cannot be told not to think at all, and not each of them knows more than HIGH.
    private static func level(_ effort: ChatReasoning.Effort) -> String {
        switch effort {
        case .none, .minimal: "MINIMAL"
        case .low: "LOW"
        case .medium: "MEDIUM"
        case .high, .xhigh, .max: "HIGH"
        }
    }
}
