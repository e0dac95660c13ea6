import GatewayCore
import JSONBytes

// How much the model should think, in the words of its maker.
//
// - SeeAlso: https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html,
//   https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
extension BedrockRequestWriter {
    struct Reasoning {
        /// For `outputConfig`.
        var effort: String?
        /// Tokens, when thinking has a budget.
        var budget: Int?
        var takesThoughts = true
    }

    mutating func reasoning() throws(GatewayError) -> Reasoning {
        switch maker {
        case .anthropic: return try claudeReasoning()
        case .amazon: return try novaReasoning()
        case .openai:
            if let effort = effort { additional["reasoning_effort"] = .string(min(max(effort, .low), .high).rawValue) }
            return Reasoning()
        case .other:
            if request.reasoning?.effort != nil || request.reasoning?.budgetTokens != nil { try losses.tuning(name(.reasoning)) }
            return Reasoning()
        }
    }

    /// As Anthropic's own API has it: what is its `thinking` goes to the model as it is.
    private mutating func claudeReasoning() throws(GatewayError) -> Reasoning {
        var writer = AnthropicRequestWriter(request: request, target: target, losses: losses)
        defer { losses = writer.losses }
        let reasoning = try writer.reasoning()
        additional["thinking"] = reasoning.thinking.map(JSONValue.object)
        let takesThoughts = reasoning.thinking.map { $0["type"] != "disabled" } ?? !target.takesBudgets
        return Reasoning(effort: reasoning.effort, budget: reasoning.budget, takesThoughts: takesThoughts)
    }

    /// Off unless it is asked for. At most `high`.
    private mutating func novaReasoning() throws(GatewayError) -> Reasoning {
        guard let effort else { return Reasoning() }
        guard effort > .none else {
            additional["reasoningConfig"] = ["type": "disabled"]
            return Reasoning()
        }
        additional["reasoningConfig"] = ["type": "enabled", "maxReasoningEffort": .string(min(max(effort, .low), .high).rawValue)]
        return Reasoning()
    }

    /// The word of the client, or that for its number of tokens.
    private var effort: ChatReasoning.Effort? {
        guard let wish = request.reasoning else { return nil }
        if let effort = wish.effort { return effort }
        guard let tokens = wish.budgetTokens else { return nil }
        guard tokens != 0 else { return ChatReasoning.Effort.none }
        return [.high, .medium].first { tokens < 0 || tokens >= target.reasoningBudgets[$0] ?? .max } ?? .low
    }
}
