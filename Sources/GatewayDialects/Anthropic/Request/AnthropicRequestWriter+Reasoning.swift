import GatewayCore
import JSONBytes

// How much the model should think, in the words that the target takes.
//
// - SeeAlso: wire.md, sections 4.1 and 7.2
extension AnthropicRequestWriter {
    struct Reasoning {
        var thinking: JSONObject?
        /// For `output_config`.
        var effort: String?
        /// Tokens, when `thinking` has a budget.
        var budget: Int?
    }

    /// What Anthropic takes at least.
    private static let budgetMin = 1024

    mutating func reasoning() throws(GatewayError) -> Reasoning {
        guard let wish = request.reasoning else { return Reasoning() }
        if wish.effort == ChatReasoning.Effort.none || wish.budgetTokens == 0 { return Reasoning(thinking: ["type": "disabled"]) }
        return target.takesBudgets ? try withBudget(wish) : withEffort(wish)
    }

    /// Older models: a number of tokens.
    private mutating func withBudget(_ wish: ChatReasoning) throws(GatewayError) -> Reasoning {
        guard let tokens = budget(wish) else {
            // Nothing but the wish to see thoughts, or an effort that the file gives no budget.
            if wish.effort != nil { try losses.tuning(name(.reasoning)) } else { losses.hint(name(.reasoning)) }
            return Reasoning()
        }
        if wish.budgetTokens != nil, wish.effort != nil { try losses.tuning(name(.reasoning), "this target takes a budget or an effort, not both.") }
        guard tokens > 0 else { return Reasoning(thinking: ["type": "disabled"]) }
        guard try mayThink() else { return Reasoning() }
        let budget = max(Self.budgetMin, tokens)
        var thinking: JSONObject = ["type": "enabled", "budget_tokens": JSONValue(budget)]
        thinking["display"] = display(wish)
        return Reasoning(thinking: thinking, budget: budget)
    }

    /// A budget that is negative stands for "as much as it takes", which older models cannot be told.
    private func budget(_ wish: ChatReasoning) -> Int? {
        if let tokens = wish.budgetTokens, tokens >= 0 { return tokens }
        if let effort = wish.effort { return target.reasoningBudgets[effort] }
        return wish.isAdaptive || wish.budgetTokens != nil ? target.reasoningBudgets[.medium] : nil
    }

    /// With a budget these models refuse to think where they must call a tool, and in the middle of a turn whose first thoughts did not come back. The
    /// client can mend the one, and nobody the other: the model goes on without more thoughts.
    ///
    /// - SeeAlso: https://platform.claude.com/docs/build-with-claude/thinking-tool-workflows
    private mutating func mayThink() throws(GatewayError) -> Bool {
        switch request.toolChoice {
        case .any, .tool, .allowed(_, isRequired: true):
            try losses.tuning(name(.reasoning), "this model does not think where it must call a tool.")
            return false
        default:
            if hasLostThoughts { losses.hint(name(.reasoning)) }
            return !hasLostThoughts
        }
    }

    /// Whether the last turn of the model's has calls and no thoughts of an Anthropic model.
    private var hasLostThoughts: Bool {
        guard let last = request.turns.lastIndex(where: { $0.role == .assistant }) else { return false }
        let first = request.turns[...last].lastIndex { $0.role != .assistant }.map { $0 + 1 } ?? 0
        let parts = request.turns[first...last].flatMap(\.parts)
        guard parts.contains(where: { if case .call = $0 { true } else { false } }) else { return false }
        return !parts.contains { if case .thinking(let thinking) = $0 { Self.isOwn(thinking.seal) } else { false } }
    }

    /// Newer models: a word, and thinking as they see fit.
    private mutating func withEffort(_ wish: ChatReasoning) -> Reasoning {
        let effort = wish.effort ?? effort(forBudget: wish.budgetTokens)
        // A client that speaks this format has not asked for thinking by naming an effort.
        let isAdaptive = wish.isAdaptive || wish.budgetTokens != nil || wish.showsThoughts == true || request.format != .anthropic
        guard effort != nil || isAdaptive else { return Reasoning() }
        var thinking: JSONObject = ["type": "adaptive"]
        thinking["display"] = display(wish)
        return Reasoning(thinking: isAdaptive ? thinking : nil, effort: effort.map { max($0, .low).rawValue })
    }

    /// The highest effort that costs no more than `tokens`.
    private func effort(forBudget tokens: Int?) -> ChatReasoning.Effort? {
        guard let tokens, tokens > 0 else { return nil }
        let affordable = ChatReasoning.Effort.allCases.filter { $0 > .minimal && target.reasoningBudgets[$0].map { $0 <= tokens } == true }
        guard let largest = affordable.compactMap({ target.reasoningBudgets[$0] }).max() else { return .low }
        return affordable.first { target.reasoningBudgets[$0] == largest }
    }

    private func display(_ wish: ChatReasoning) -> JSONValue? {
        wish.showsThoughts.map { $0 ? "summarized" : "omitted" }
    }
}
