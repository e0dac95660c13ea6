import GatewayCore
import JSONBytes

/// Reads what a client of OpenAI chat completions asks for.
///
/// What translates badly:
/// - `functions`, `function_call` and messages of the role `function` are refused, whatever the route allows: a client that sends them looks for the call
///   in `message.function_call`, where no answer of this gateway has it.
/// - Names of participants (`messages[].name`) and what nobody knows are `tuning`.
/// - `detail` of an image is a hint, as are marks for prompt caches.
///
/// - SeeAlso: wire.md, sections 3.1 and 7
struct OpenAIChatRequestReader {
    var fields: OpenAIChatFields
    var request: ChatRequest

    init(_ body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) {
        fields = try OpenAIChatFields(body, at: "")
        guard let model = try fields.string("model") ?? facts.model, !model.isEmpty else { throw .modelMissing }
        request = ChatRequest(format: .openAIChat, model: model)
        request.isStreaming = try fields.bool("stream") ?? facts.isStreaming
    }

    mutating func read() throws(GatewayError) -> ChatRequest {
        try readMessages()
        try readTools()
        try readSampling()
        try readOutput()
        try readReasoning()
        try readUser()
        try readStreamOptions()
        try readHints()
        try readTunings()
        try readMeanings()
        noteRest(of: fields)
        return request
    }

    mutating func note(_ field: String, _ weight: ChatExtra.Weight) { request.extras.append(ChatExtra(field, weight)) }

    /// What responses have too.
    private mutating func noteShared(_ field: String, _ weight: ChatExtra.Weight) {
        guard let name = ChatSharedSetting.Name(rawValue: field), let value = fields.value(field) else { return }
        request.extras.append(ChatExtra(field, weight, shared: ChatSharedSetting(name, value)))
    }

    /// What nobody knows may be anything, so that leaving it out may change the answer.
    mutating func noteRest(of fields: OpenAIChatFields) {
        for field in fields.rest { note(field, .tuning) }
    }
}

// What all formats have.
extension OpenAIChatRequestReader {
    private mutating func readSampling() throws(GatewayError) {
        let cap = try fields.wholeNumber("max_completion_tokens", from: 1)
        let oldCap = try fields.wholeNumber("max_tokens", from: 1)
        request.sampling.outputTokensMax = cap ?? oldCap
        if let cap, let oldCap, cap.int != oldCap.int { note("max_tokens", .tuning) }
        request.sampling.temperature = try fields.number("temperature")
        request.sampling.topP = try fields.number("top_p")
        // Not OpenAI's, but of most servers that speak like it.
        request.sampling.topK = try fields.wholeNumber("top_k")
        request.sampling.frequencyPenalty = try fields.number("frequency_penalty")
        request.sampling.presencePenalty = try fields.number("presence_penalty")
        request.sampling.seed = try fields.wholeNumber("seed")
        request.sampling.stop = try fields.strings("stop")?.filter { !$0.isEmpty } ?? []
    }

    private mutating func readOutput() throws(GatewayError) {
        guard var format = try fields.object("response_format") else { return }
        switch try format.text("type") {
        case "text": break
        case "json_object": request.output = .json
        case "json_schema":
            var schema = try format.neededObject("json_schema")
            guard let rules = schema.value("schema"), rules.object != nil else {
                throw schema.refused("schema", "it must be there, and be a JSON Schema of an object.")
            }
            request.output = .schema(
                ChatSchema(
                    name: try schema.string("name"), description: try schema.string("description"), schema: rules,
                    isStrict: try schema.bool("strict")))
            noteRest(of: schema)
        default: throw format.refused("type", "it must be one of: text, json_object, json_schema.")
        }
        noteRest(of: format)
    }

    private mutating func readReasoning() throws(GatewayError) {
        guard let word = try fields.string("reasoning_effort") else { return }
        guard let effort = ChatReasoning.Effort(rawValue: word) else {
            throw fields.refused("reasoning_effort", "it must be one of: none, minimal, low, medium, high, xhigh, max.")
        }
        request.reasoning = ChatReasoning(effort: effort)
    }

    private mutating func readUser() throws(GatewayError) {
        let safety = try fields.string("safety_identifier")
        let user = try fields.string("user")
        request.user = safety ?? user
        if safety != nil, user != nil, safety != user { note("user", .hint) }
    }

    private mutating func readStreamOptions() throws(GatewayError) {
        guard var options = try fields.object("stream_options") else { return }
        _ = try options.bool("include_usage")  // the gateway always asks for token counts, and shows them to who asked (Exchange.wantsUsageEvent)
        if try options.bool("include_obfuscation") == true { note(options.path("include_obfuscation"), .hint) }
        noteRest(of: options)
    }
}

// What only OpenAI has.
extension OpenAIChatRequestReader {
    private mutating func readHints() throws(GatewayError) {
        for name in ["service_tier", "prompt_cache_key", "prompt_cache_retention"] where try fields.string(name) != nil { noteShared(name, .hint) }
        for name in ["metadata", "prompt_cache_options"] where try fields.object(name) != nil { noteShared(name, .hint) }
        // Predictions make an answer come sooner, not differ.
        if try fields.object("prediction") != nil { note("prediction", .hint) }
        if try fields.bool("store") == true { noteShared("store", .hint) }
    }

    private mutating func readTunings() throws(GatewayError) {
        if let biases = fields.value("logit_bias"), biases != .object([:]) { note("logit_bias", .tuning) }
        if try fields.bool("logprobs") == true { note("logprobs", .tuning) }
        if let count = try fields.wholeNumber("top_logprobs", from: 0), count.int != 0 { note("top_logprobs", .tuning) }
        if try fields.string("verbosity") != nil { noteShared("verbosity", .tuning) }
        if fields.value("moderation") != nil { noteShared("moderation", .tuning) }
    }

    private mutating func readMeanings() throws(GatewayError) {
        if let count = try fields.wholeNumber("n", from: 1), count.int != 1 {
            note("n", .meaning("the provider of this model gives one answer at a time. Ask several times."))
        }
        if let kinds = try fields.strings("modalities"), kinds.contains(where: { $0 != "text" }) {
            note("modalities", .meaning("the provider of this model answers in text only."))
        }
        if fields.value("audio") != nil { note("audio", .meaning("the provider of this model answers in text only.")) }
        if fields.value("web_search_options") != nil {
            note("web_search_options", .meaning("the provider of this model has no search of OpenAI's."))
        }
        if let functions = try fields.array("functions"), !functions.isEmpty { note("functions", .meaning(Self.functionsReason)) }
        if fields.value("function_call") != nil { note("function_call", .meaning(Self.functionsReason)) }
    }

    static let functionsReason = "functions are an old form that is not translated. Use tools, tool_choice and messages of the role tool."
}
