import GatewayCore
import JSONBytes

/// Writes a request for a provider that speaks Gemini. The model and the wish for a stream are the path's to say.
///
/// - SeeAlso: wire.md, sections 5.1 and 7
struct GeminiRequestWriter {
    let request: ChatRequest
    let target: ChatTargetFacts
    var losses: ChatLosses

    static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        var writer = GeminiRequestWriter(request: request, target: target, losses: losses)
        defer { losses = writer.losses }
        return try writer.body()
    }

    private mutating func body() throws(GatewayError) -> JSONValue {
        try losses.takeExtras(of: request)
        var body = JSONObject()
        let contents = try contents()
        guard !contents.isEmpty else {
            throw losses.meaning(name(.system), "the provider of this model wants at least one message besides the instructions.")
        }
        body["contents"] = .array(contents)
        if !request.system.isEmpty { body["systemInstruction"] = ["parts": .array(request.system.map { ["text": .string($0)] })] }
        if !request.tools.isEmpty { body["tools"] = [["functionDeclarations": .array(declarations())]] }
        if let choice = request.toolChoice, let calling = calling(choice) { body["toolConfig"] = ["functionCallingConfig": .object(calling)] }
        if request.callsOneAtATime, !request.tools.isEmpty { try losses.tuning(name(.callsOneAtATime)) }
        if request.user != nil { losses.hint(name(.user)) }
        let config = try config()
        if !config.isEmpty { body["generationConfig"] = .object(config) }
        return .object(body)
    }

    func name(_ field: ChatField) -> String { field.name(in: request.format) }
}

// Tools.
extension GeminiRequestWriter {
    /// All in one element, and schemas as they are: the other kind of parameters would have to be stripped (wire.md, section 7.3).
    private mutating func declarations() -> [JSONValue] {
        var declarations: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() {
            var declaration: JSONObject = ["name": .string(tool.name)]
            if let description = tool.toldDescription { declaration["description"] = .string(description) }
            if let parameters = tool.parameters { declaration["parametersJsonSchema"] = parameters }
            // Gemini never promises it for one tool.
            if tool.isStrict ?? false { losses.hint("\(name(.tools))[\(index)].strict") }
            declarations.append(.object(declaration))
        }
        return declarations
    }

    private func calling(_ choice: ChatToolChoice) -> JSONObject? {
        switch choice {
        // Without tools Gemini refuses to be told how to use them.
        case .auto, .none: request.tools.isEmpty ? nil : ["mode": choice == .auto ? "AUTO" : "NONE"]
        case .any: ["mode": "ANY"]
        case .tool(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
        case .allowed(let names, let isRequired):
            ["mode": isRequired ? "ANY" : "VALIDATED", "allowedFunctionNames": .array(names.map(JSONValue.string))]
        }
    }
}

// `generationConfig`.
extension GeminiRequestWriter {
    private mutating func config() throws(GatewayError) -> JSONObject {
        let sampling = request.sampling
        var config = JSONObject()
        let numbers = [
            ("maxOutputTokens", sampling.outputTokensMax), ("temperature", sampling.temperature), ("topP", sampling.topP), ("topK", sampling.topK),
            ("seed", sampling.seed), ("frequencyPenalty", sampling.frequencyPenalty), ("presencePenalty", sampling.presencePenalty),
        ]
        for (name, number) in numbers { config[name] = number.map(JSONValue.number) }
        if !sampling.stop.isEmpty { config["stopSequences"] = .array(sampling.stop.map(JSONValue.string)) }
        switch request.output {
        case .text: break
        case .json: config["responseMimeType"] = "application/json"
        case .schema(let schema):
            config["responseMimeType"] = "application/json"
            config["responseJsonSchema"] = described(schema)
            for (member, isSet) in [("name", schema.name != nil), ("strict", schema.isStrict == false)] where isSet {
                losses.hint(schemaName + "." + member)
            }
        }
        if let reasoning = request.reasoning {
            let thinking = GeminiThinking(reasoning, for: target, showsUnasked: request.format == .anthropic)
            if !thinking.json.isEmpty { config["thinkingConfig"] = .object(thinking.json) }
            if thinking.isEffortLost { try losses.tuning(name(.reasoning), "the file states no budget of tokens for this effort.") }
        }
        return config
    }

    private var schemaName: String {
        request.format == .openAIChat ? name(.output) + ".json_schema" : name(.output)
    }

    /// Gemini has no place beside the schema for what the answer is about, but a schema has one inside.
    private func described(_ schema: ChatSchema) -> JSONValue {
        guard let description = schema.description, var members = schema.schema.object, members["description"] == nil else { return schema.schema }
        members["description"] = .string(description)
        return .object(members)
    }
}
