import GatewayCore
import JSONBytes

/// Writes a request for `converse`. The model stands in the path, and so does the wish for a stream.
struct BedrockRequestWriter {
    let request: ChatRequest
    let target: ChatTargetFacts
    let maker: BedrockMaker
    let marks: BedrockCacheMarks
    var losses: ChatLosses
    /// What only the model's maker understands: `additionalModelRequestFields`.
    var additional = JSONObject()
    /// Whether the model takes thoughts of earlier turns back: Claude does not where thinking is off.
    private(set) var takesThoughts = true

    static let cachePoint: JSONValue = ["cachePoint": ["type": "default"]]

    init(request: ChatRequest, target: ChatTargetFacts, marks: BedrockCacheMarks, losses: ChatLosses) {
        self.request = request
        self.target = target
        self.marks = marks
        self.losses = losses
        maker = BedrockMaker(model: target.model)
    }

    mutating func body() throws(GatewayError) -> JSONValue {
        let reasoning = try reasoning()
        takesThoughts = reasoning.takesThoughts
        var body = JSONObject()
        body["messages"] = .array(try messages())
        body["system"] = system
        body["inferenceConfig"] = .object(try inferenceConfig(above: reasoning.budget))
        body["toolConfig"] = try toolConfig().map(JSONValue.object)
        body["outputConfig"] = try outputConfig(reasoning.effort).map(JSONValue.object)
        if request.user != nil { losses.hint(name(.user)) }
        if !additional.isEmpty { body["additionalModelRequestFields"] = .object(additional) }
        return .object(body)
    }

    /// How the client calls a field.
    func name(_ field: ChatField) -> String { field.name(in: request.format) }

    private var system: JSONValue? {
        // A conversation that begins with instructions has them here, whatever the reader thought.
        let leading = request.turns.prefix { $0.role == .system }.flatMap { $0.parts }.compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
        let texts = (request.system + leading).filter { !AnthropicRequestWriter.isBlank($0) }
        guard !texts.isEmpty else { return nil }
        return .array(texts.map { ["text": .string($0)] } + (marks.isBehindSystem ? [Self.cachePoint] : []))
    }
}

// How the model is to answer.
extension BedrockRequestWriter {
    /// Claude wants to be told how much it may write; at other makers' models nobody is told who has not asked.
    private func outputTokensMax(above budget: Int?) throws(GatewayError) -> JSONNumber? {
        let standard = target.outputTokensMax ?? (maker == .anthropic ? ChatTargetFacts.outputTokensDefault : nil)
        guard let asked = request.sampling.outputTokensMax ?? standard.map(JSONNumber.init) else { return nil }
        guard let tokens = asked.int else { throw .fieldRefused(field: name(.outputTokensMax), reason: "it must be a whole number.") }
        // Thinking counts as output: where it has a budget, the answer has its room besides.
        guard let budget, tokens <= budget else { return asked }
        let (sum, isTooLarge) = budget.addingReportingOverflow(max(1, tokens))
        return JSONNumber(isTooLarge ? Int.max : sum)
    }

    private mutating func inferenceConfig(above budget: Int?) throws(GatewayError) -> JSONObject {
        let sampling = request.sampling
        var config = JSONObject()
        config["maxTokens"] = try outputTokensMax(above: budget).map(JSONValue.number)
        if let temperature = sampling.temperature {
            let isTooHigh = JSONNumber(1).isLess(than: temperature)
            if isTooHigh { try losses.tuning(name(.temperature), "this provider takes 1 at most.") }
            config["temperature"] = isTooHigh ? 1 : .number(temperature)
        }
        config["topP"] = sampling.topP.map(JSONValue.number)
        config["stopSequences"] = try stopSequences()
        try writeTopK()
        try leaveOut(.frequencyPenalty, sampling.frequencyPenalty)
        try leaveOut(.presencePenalty, sampling.presencePenalty)
        if sampling.seed != nil { try losses.tuning(name(.seed)) }
        return config
    }

    private mutating func stopSequences() throws(GatewayError) -> JSONValue? {
        let usable = request.sampling.stop.filter { !AnthropicRequestWriter.isBlank($0) }
        if usable.count < request.sampling.stop.count {
            try losses.tuning(name(.stop), "this provider takes no sequences that are nothing but white space.")
        }
        return usable.isEmpty ? nil : .some(.array(usable.map(JSONValue.string)))
    }

    private mutating func writeTopK() throws(GatewayError) {
        guard let topK = request.sampling.topK else { return }
        switch maker {
        case .anthropic: additional["top_k"] = .number(topK)
        case .amazon: additional["inferenceConfig"] = ["topK": .number(topK)]
        case .openai, .other: try losses.tuning(name(.topK))
        }
    }

    /// A penalty of 0 is none.
    private mutating func leaveOut(_ field: ChatField, _ penalty: JSONNumber?) throws(GatewayError) {
        guard let penalty else { return }
        if penalty.double == 0 { losses.hint(name(field)) } else { try losses.tuning(name(field)) }
    }

    private mutating func outputConfig(_ effort: String?) throws(GatewayError) -> JSONObject? {
        var config = JSONObject()
        config["effort"] = effort.map(JSONValue.string)
        switch request.output {
        case .text: break
        case .json: try losses.tuning(name(.jsonMode), "this provider has no JSON mode without a schema. Send a schema, or ask in words.")
        case .schema(let schema): config["textFormat"] = textFormat(schema)
        }
        return config.isEmpty ? nil : config
    }

    /// The schema is text here. A closed one, as Claude wants it.
    private mutating func textFormat(_ schema: ChatSchema) -> JSONValue {
        let text = String(decoding: AnthropicSchema.closed(schema.schema).written(), as: UTF8.self)
        var definition: JSONObject = ["schema": .string(text)]
        definition["name"] = schema.name.map(JSONValue.string)
        definition["description"] = schema.description.map(JSONValue.string)
        if schema.isStrict == false { losses.hint(schemaName + ".strict") }
        return ["type": "json_schema", "structure": ["jsonSchema": .object(definition)]]
    }

    private var schemaName: String {
        request.format == .openAIChat ? name(.output) + ".json_schema" : name(.output)
    }
}
