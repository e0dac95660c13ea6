import GatewayCore
import JSONBytes

/// Writes a request for a provider of this format. Nothing is to be kept there (`store`): the whole conversation comes with every request.
///
/// - SeeAlso: wire.md, sections 3.4 and 7
enum OpenAIResponsesRequestWriter {
    /// Characters of `safety_identifier`; OpenAI refuses longer ones.
    private static let userCharactersMax = 128

    static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        let shared = try losses.takeExtras(of: request, carryingShared: target.quirks.isOpenAI)
        try refuseUnknown(request, &losses)
        let system = request.system.filter { !$0.isEmpty }
        var input = OpenAIResponsesInputWriter(client: request.format)
        try input.write(Array(system.dropFirst()), request.turns, &losses)
        var body: JSONObject = ["model": .string(target.model)]
        if let instructions = system.first { body["instructions"] = .string(instructions) }
        body["input"] = .array(input.items)
        if request.isStreaming { body["stream"] = true }
        body["store"] = false
        addReasoning(of: request, for: target, hasSeals: input.hasSeals, to: &body)
        addTools(of: request, to: &body)
        var text = JSONObject()
        if let format = format(request.output) { text["format"] = format }
        for setting in shared {
            if setting.name == .verbosity { text["verbosity"] = setting.value } else { body[setting.name.rawValue] = setting.value }
        }
        if !text.isEmpty { body["text"] = .object(text) }
        addSampling(of: request, to: &body, &losses)
        return .object(body)
    }

    /// Settings that this format does not have.
    private static func refuseUnknown(_ request: ChatRequest, _ losses: inout ChatLosses) throws(GatewayError) {
        let sampling = request.sampling
        for (field, isSet) in [(ChatField.topK, sampling.topK != nil), (.seed, sampling.seed != nil), (.stop, !sampling.stop.isEmpty)] where isSet {
            try losses.tuning(field.name(in: request.format))
        }
        for (field, penalty) in [(ChatField.frequencyPenalty, sampling.frequencyPenalty), (.presencePenalty, sampling.presencePenalty)] {
            guard let penalty else { continue }
            // No penalty is what there is without the field.
            if penalty.double == 0 { losses.hint(field.name(in: request.format)) } else { try losses.tuning(field.name(in: request.format)) }
        }
    }

    private static func addSampling(of request: ChatRequest, to body: inout JSONObject, _ losses: inout ChatLosses) {
        body["max_output_tokens"] = request.sampling.outputTokensMax.map { .number($0) }
        body["temperature"] = request.sampling.temperature.map { .number($0) }
        body["top_p"] = request.sampling.topP.map { .number($0) }
        guard let user = request.user else { return }
        if user.unicodeScalars.count <= userCharactersMax {
            body["safety_identifier"] = .string(user)
        } else {
            losses.hint(ChatField.user.name(in: request.format))
        }
    }

    /// Encrypted reasoning is asked for where reasoning is spoken of: models that do not reason refuse the word.
    private static func addReasoning(of request: ChatRequest, for target: ChatTargetFacts, hasSeals: Bool, to body: inout JSONObject) {
        let effort = request.reasoning.flatMap { Self.effort(of: $0, target) }
        var reasoning = JSONObject()
        if let effort { reasoning["effort"] = .string(effort.rawValue) }
        if request.reasoning?.showsThoughts == true, effort != ChatReasoning.Effort.none { reasoning["summary"] = "auto" }
        if !reasoning.isEmpty { body["reasoning"] = .object(reasoning) }
        let reasons = request.reasoning != nil && effort != ChatReasoning.Effort.none
        if hasSeals || reasons { body["include"] = ["reasoning.encrypted_content"] }
    }

    /// Budgets become the largest of the three usual efforts that they pay for; the others are not known to every model.
    private static func effort(of reasoning: ChatReasoning, _ target: ChatTargetFacts) -> ChatReasoning.Effort? {
        if let effort = reasoning.effort { return effort }
        guard let budget = reasoning.budgetTokens else { return nil }
        if budget <= 0 { return ChatReasoning.Effort.none }
        return [.high, .medium].first { budget >= target.reasoningBudgets[$0] ?? ChatTargetFacts.standardBudgets[$0] ?? 0 } ?? .low
    }

    private static func addTools(of request: ChatRequest, to body: inout JSONObject) {
        let hasTools = !request.tools.isEmpty
        if hasTools { body["tools"] = .array(request.tools.map { tool($0, request.format) }) }
        if let choice = request.toolChoice.flatMap({ Self.choice($0, hasTools: hasTools) }) { body["tool_choice"] = choice }
        if request.callsOneAtATime, hasTools { body["parallel_tool_calls"] = false }
    }

    /// - Returns: nil for what is so anyway when there are no tools, and what OpenAI then refuses to be told.
    private static func choice(_ choice: ChatToolChoice, hasTools: Bool) -> JSONValue? {
        switch choice {
        case .auto: return hasTools ? .string("auto") : nil
        case .none: return hasTools ? .string("none") : nil
        case .any: return "required"
        case .tool(let name): return ["type": "function", "name": .string(name)]
        case .allowed(let names, let isRequired):
            let tools = names.map { JSONValue.object(["type": "function", "name": .string($0)]) }
            return ["type": "allowed_tools", "mode": isRequired ? "required" : "auto", "tools": .array(tools)]
        }
    }

    private static func tool(_ tool: ChatTool, _ format: ChatFormat) -> JSONValue {
        var object: JSONObject = ["type": "function", "name": .string(tool.name)]
        if let description = tool.toldDescription { object["description"] = .string(description) }
        object["parameters"] = tool.parameters ?? .null
        // Only here do tools that say nothing become strict, which rewrites their schemas.
        let isStrict = tool.isStrict ?? (format == .openAIResponses ? nil : false)
        object["strict"] = isStrict.map { .bool($0) }
        return .object(object)
    }

    private static func format(_ output: ChatOutput) -> JSONValue? {
        switch output {
        case .text: return nil
        case .json: return ["type": "json_object"]
        case .schema(let schema):
            var object: JSONObject = ["type": "json_schema", "name": .string(schema.name ?? "answer"), "schema": schema.schema]
            if let description = schema.description { object["description"] = .string(description) }
            if let isStrict = schema.isStrict { object["strict"] = .bool(isStrict) }
            return .object(object)
        }
    }
}
