import GatewayCore
import JSONBytes

/// Writes a request for a provider of OpenAI chat completions.
///
/// - SeeAlso: wire.md, sections 3.1 and 7.2 to 7.5
struct OpenAIChatRequestWriter {
    /// Characters. OpenAI answers a longer `user` with 400 `string_above_max_length`, and Claude Code sends 150.
    private static let userLengthMax = 64

    let request: ChatRequest
    let target: ChatTargetFacts
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
        let shared = try losses.takeExtras(of: request, carryingShared: quirks.isOpenAI)
        body["model"] = .string(target.model)
        body["messages"] = []  // its place; written last, so that names of fields come before those of turns among the losses
        try writeSampling()
        writeTools()
        try writeOutput()
        writeReasoning()
        writeUser()
        writeStream()
        for setting in shared { body[setting.name.rawValue] = setting.value }
        try leaveOutRefused()
        body["messages"] = .array(try messages())
        return body
    }

    func name(_ field: ChatField) -> String { field.name(in: request.format) }
    var quirks: ChatQuirks { target.quirks }
}

extension OpenAIChatRequestWriter {
    private mutating func writeSampling() throws(GatewayError) {
        let sampling = request.sampling
        if sampling.topK != nil, !quirks.takesTopK { try losses.tuning(name(.topK)) }
        if quirks.takesTopK { set("top_k", sampling.topK) }
        set(quirks.outputCap ?? "max_completion_tokens", sampling.outputTokensMax)
        set("temperature", sampling.temperature)
        set("top_p", sampling.topP)
        set("frequency_penalty", sampling.frequencyPenalty)
        set("presence_penalty", sampling.presencePenalty)
        set(quirks.seed, sampling.seed)
        if !sampling.stop.isEmpty { body["stop"] = .array(sampling.stop.map(JSONValue.string)) }
    }

    private mutating func set(_ name: String, _ number: JSONNumber?) {
        if let number { body[name] = .number(number) }
    }

    private mutating func writeOutput() throws(GatewayError) {
        switch request.output {
        case .text: break
        case .json: body["response_format"] = ["type": "json_object"]
        case .schema where quirks.refuses.contains("json_schema"):
            try losses.tuning(name(.output), "the provider of this model knows JSON without a schema only. Ask for the schema in words.")
            body["response_format"] = ["type": "json_object"]
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
        if quirks.takesStreamOptions { body["stream_options"] = ["include_usage": true] }
    }

    private static let fields: [(member: String, field: ChatField)] = [
        ("temperature", .temperature), ("top_p", .topP), ("top_k", .topK), ("frequency_penalty", .frequencyPenalty),
        ("presence_penalty", .presencePenalty), ("seed", .seed), ("stop", .stop), ("response_format", .output), ("reasoning_effort", .reasoning),
        ("parallel_tool_calls", .callsOneAtATime), ("tool_choice", .toolChoice), ("user", .user),
    ]

    /// What the file says that this endpoint refuses, or passes over without a word.
    private mutating func leaveOutRefused() throws(GatewayError) {
        for (member, field) in Self.fields where quirks.refuses.contains(member) {
            guard let value = body[member] else { continue }
            body[member] = nil
            // What is so without a word is no loss.
            if member == "tool_choice", value == "auto" { continue }
            if field == .user { losses.hint(name(field)) } else { try losses.tuning(name(field), Self.refusedReason) }
        }
    }

    private static let refusedReason = "the provider of this model does not take it. Leave it out, or ask for lossy: drop on this route."
}

// Tools, and the choice among them.
extension OpenAIChatRequestWriter {
    private mutating func writeTools() {
        if !request.tools.isEmpty {
            body["tools"] = .array(request.tools.filter(isOffered).map(tool))
            if request.callsOneAtATime { body["parallel_tool_calls"] = false }
        }
        guard let choice = request.toolChoice else { return }
        // A choice without tools is refused by OpenAI; these two ask for nothing then.
        if request.tools.isEmpty, choice == .auto || choice == .none { return }
        body["tool_choice"] = toolChoice(choice)
    }

    /// Where only some tools are allowed and that cannot be said, only those are offered.
    private func isOffered(_ tool: ChatTool) -> Bool {
        guard case .allowed(let names, _) = request.toolChoice, quirks.refuses.contains("allowed_tools") else { return true }
        return names.contains(tool.name)
    }

    private func tool(_ tool: ChatTool) -> JSONValue {
        var function: JSONObject = ["name": .string(tool.name)]
        if let description = tool.toldDescription { function["description"] = .string(description) }
        if let parameters = tool.parameters { function["parameters"] = parameters }
        if let isStrict = isStrict(tool) { function["strict"] = .bool(isStrict) }
        return ["type": "function", "function": .object(function)]
    }

    /// In responses, tools that say nothing are strict where their schema allows it; here they have to say so.
    private func isStrict(_ tool: ChatTool) -> Bool? {
        if let isStrict = tool.isStrict { return isStrict }
        guard request.format == .openAIResponses, quirks.isOpenAI, tool.kind == .function else { return nil }
        return tool.parameters.map(OpenAIStrictSchema.isReady) == true ? true : nil
    }

    private func toolChoice(_ choice: ChatToolChoice) -> JSONValue {
        switch choice {
        case .auto: "auto"
        case .none: "none"
        case .any: .string(quirks.mustCall)
        case .tool(let name): function(name)
        case .allowed(_, let isRequired) where quirks.refuses.contains("allowed_tools"): .string(isRequired ? quirks.mustCall : "auto")
        case .allowed(let names, let isRequired):
            [
                "type": "allowed_tools",
                "allowed_tools": ["mode": isRequired ? "required" : "auto", "tools": .array(names.map(function))],
            ]
        }
    }

    private func function(_ name: String) -> JSONValue { ["type": "function", "function": ["name": .string(name)]] }
}
