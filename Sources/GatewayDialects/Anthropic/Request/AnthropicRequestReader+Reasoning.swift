import GatewayCore
import JSONBytes

// How much to think, and what the answer has to look like.
extension AnthropicRequestReader {
    mutating func readReasoningAndOutput(_ fields: inout AnthropicFields) throws(GatewayError) {
        try readThinking(&fields)
        if var config = try fields.fields("output_config") {
            try readEffort(&config)
            if var format = try config.fields("format") { try readFormat(&format) }
            request.extras += config.unknown
        }
        // The beta of 2025 had it here.
        if var format = try fields.fields("output_format") { try readFormat(&format) }
    }

    private mutating func readThinking(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard var thinking = try fields.fields("thinking") else { return }
        switch try thinking.requiredString("type") {
        case "enabled":
            guard let budget = try thinking.count("budget_tokens")?.int else {
                throw thinking.refused("budget_tokens", "thinking of this type needs it.")
            }
            request.reasoning = ChatReasoning(budgetTokens: budget)
        case "adaptive": request.reasoning = ChatReasoning(isAdaptive: true)
        case "disabled": request.reasoning = ChatReasoning(effort: ChatReasoning.Effort.none, budgetTokens: 0)
        default:
            // `between_tools`, and what is still to come.
            request.extras.append(ChatExtra(thinking.name("type"), .tuning))
            return
        }
        switch try thinking.string("display") {
        case nil: break
        case "summarized": request.reasoning?.showsThoughts = true
        case "omitted": request.reasoning?.showsThoughts = false
        default: request.extras.append(ChatExtra(thinking.name("display"), .tuning))
        }
        request.extras += thinking.unknown
    }

    /// An effort also says how many words to make where there is no thinking at all: only then it is lost.
    private mutating func readEffort(_ config: inout AnthropicFields) throws(GatewayError) {
        guard let word = try config.string("effort") else { return }
        guard let effort = ChatReasoning.Effort(rawValue: word), effort >= .low else {
            throw config.refused("effort", "it must be low, medium, high, xhigh or max.")
        }
        if request.reasoning?.effort == ChatReasoning.Effort.none {
            request.extras.append(ChatExtra(config.name("effort"), .tuning))
        } else if request.reasoning != nil {
            request.reasoning?.effort = effort
        } else {
            request.reasoning = ChatReasoning(effort: effort)
        }
    }

    private mutating func readFormat(_ format: inout AnthropicFields) throws(GatewayError) {
        guard try format.requiredString("type") == "json_schema" else { throw format.refused("type", "it must be json_schema.") }
        guard let schema = format.value("schema") else { throw format.refused("schema", "it must be there.") }
        request.output = .schema(ChatSchema(schema: schema))
        request.extras += format.unknown
    }
}
