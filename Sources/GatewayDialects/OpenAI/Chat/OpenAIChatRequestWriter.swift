import GatewayCore
import JSONBytes

/// Writes a request for a provider of OpenAI chat completions.
///
/// - SeeAlso: wire.md, sections 3.1 and 7.2 to 7.5
struct OpenAIChatRequestWriter {
    /// Characters. OpenAI answers a longer `user` with 400 `string_above_max_length`, and Claude Code sends 150.
    private static let userLengthMax = 64

    let request: ChatRequest
    private let target: ChatTargetFacts
    var losses: ChatLosses
    private var body = JSONObject()
    /// Images and documents of tool results, which have no place there: they go into the next message of the user's.
    var moved: [JSONValue] = []

    init(_ request: ChatRequest, for target: ChatTargetFacts, losses: ChatLosses) {
        self.request = request
        self.target = target
        self.losses = losses
    }

    mutating func write() throws(GatewayError) -> JSONObject {
        try losses.takeExtras(of: request)
        body["model"] = .string(target.model)
        body["messages"] = []  // its place; written last, so that names of fields come before those of turns among the losses
        try writeSampling()
        writeTools()
        writeOutput()
        writeReasoning()
        writeUser()
        writeStream()
        body["messages"] = .array(try messages())
        return body
    }

    func name(_ field: ChatField) -> String { field.name(in: request.format) }
}

extension OpenAIChatRequestWriter {
    private mutating func writeSampling() throws(GatewayError) {
        let sampling = request.sampling
        if sampling.topK != nil { try losses.tuning(name(.topK)) }
        set(target.usesMaxTokens ? "max_tokens" : "max_completion_tokens", sampling.outputTokensMax)
        set("temperature", sampling.temperature)
        set("top_p", sampling.topP)
        set("frequency_penalty", sampling.frequencyPenalty)
        set("presence_penalty", sampling.presencePenalty)
        set("seed", sampling.seed)
        if !sampling.stop.isEmpty { body["stop"] = .array(sampling.stop.map(JSONValue.string)) }
    }

    private mutating func set(_ name: String, _ number: JSONNumber?) {
        if let number { body[name] = .number(number) }
    }

    private mutating func writeOutput() {
        switch request.output {
        case .text: break
        case .json: body["response_format"] = ["type": "json_object"]
        case .schema(let schema):
            // A name is required; formats without one give none.
            var format: JSONObject = ["name": .string(schema.name ?? "answer")]
            if let description = schema.description { format["description"] = .string(description) }
            format["schema"] = schema.schema
            if let isStrict = schema.isStrict { format["strict"] = .bool(isStrict) }
            body["response_format"] = ["type": "json_schema", "json_schema": .object(format)]
        }
    }

    private mutating func writeReasoning() {
        guard let reasoning = request.reasoning else { return }
        if let effort = reasoning.effort ?? reasoning.budgetTokens.map(effort) { body["reasoning_effort"] = .string(effort.rawValue) }
        // Nothing asks OpenAI for thoughts, and servers that have any show them unasked.
        if reasoning.showsThoughts == true { losses.hint(thoughtsName) }
    }

    /// The nearest lower of the efforts that all reasoning models take; `none` for no tokens.
    private func effort(forBudget tokens: Int) -> ChatReasoning.Effort {
        guard tokens != 0 else { return .none }
        return [.high, .medium].first { tokens >= target.reasoningBudgets[$0] ?? .max } ?? .low
    }

    private var thoughtsName: String {
        switch request.format {
        case .anthropic: "thinking.display"
        case .gemini: "generationConfig.thinkingConfig.includeThoughts"
        case .openAIResponses: "reasoning.summary"
        case .openAIChat, .bedrock: name(.reasoning)
        }
    }

    private mutating func writeUser() {
        guard let user = request.user else { return }
        guard user.count <= Self.userLengthMax else { return losses.hint(name(.user)) }
        body["user"] = .string(user)  // not `safety_identifier`, which servers other than OpenAI do not know
    }

    private mutating func writeStream() {
        guard request.isStreaming else { return }
        body["stream"] = true
        body["stream_options"] = ["include_usage": true]
    }
}

// Tools, and the choice among them.
extension OpenAIChatRequestWriter {
    private mutating func writeTools() {
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.map(tool))
            if request.callsOneAtATime { body["parallel_tool_calls"] = false }
        }
        guard let choice = request.toolChoice else { return }
        // A choice without tools is refused by OpenAI; these two ask for nothing then.
        if request.tools.isEmpty, choice == .auto || choice == .none { return }
        body["tool_choice"] = toolChoice(choice)
    }

    private func tool(_ tool: ChatTool) -> JSONValue {
        var function: JSONObject = ["name": .string(tool.name)]
        if let description = tool.description { function["description"] = .string(description) }
        if let parameters = tool.parameters { function["parameters"] = parameters }
        if let isStrict = tool.isStrict { function["strict"] = .bool(isStrict) }
        return ["type": "function", "function": .object(function)]
    }

    private func toolChoice(_ choice: ChatToolChoice) -> JSONValue {
        switch choice {
        case .auto: "auto"
        case .none: "none"
        case .any: "required"
        case .tool(let name): function(name)
        case .allowed(let names, let isRequired):
            [
                "type": "allowed_tools",
                "allowed_tools": ["mode": isRequired ? "required" : "auto", "tools": .array(names.map(function))],
            ]
        }
    }

    private func function(_ name: String) -> JSONValue { ["type": "function", "function": ["name": .string(name)]] }
}
