import GatewayCore
import JSONBytes

/// Writes a request for a provider that speaks the messages API.
///
/// - SeeAlso: wire.md, sections 4.1 and 7.2
struct AnthropicRequestWriter {
    let request: ChatRequest
    let target: ChatTargetFacts
    var losses: ChatLosses
    /// Whether Anthropic takes thoughts of earlier turns back: it does not where thinking is off.
    private(set) var takesThoughts = true

    init(request: ChatRequest, target: ChatTargetFacts, losses: ChatLosses) {
        self.request = request
        self.target = target
        self.losses = losses
    }

    mutating func body() throws(GatewayError) -> JSONValue {
        let reasoning = try reasoning()
        takesThoughts = reasoning.thinking.map { $0["type"] != "disabled" } ?? !target.takesBudgets
        var body: JSONObject = ["model": .string(target.model)]
        body["max_tokens"] = .number(try outputTokensMax(above: reasoning.budget))
        body["system"] = system
        body["messages"] = .array(try messages())
        try writeTools(into: &body)
        try writeSampling(into: &body)
        body["thinking"] = reasoning.thinking.map(JSONValue.object)
        try writeOutputConfig(reasoning.effort, into: &body)
        if let user = request.user { body["metadata"] = ["user_id": .string(user)] }
        if request.isStreaming { body["stream"] = true }
        return .object(body)
    }

    /// How the client calls a field.
    func name(_ field: ChatField) -> String { field.name(in: request.format) }

    private var system: JSONValue? {
        // A conversation that begins with instructions has them here, whatever the reader thought.
        let leading = request.turns.prefix { $0.role == .system }.flatMap { $0.parts }.compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
        let texts = (request.system + leading).filter { !Self.isBlank($0) }
        guard let first = texts.first else { return nil }
        return texts.count == 1 ? .string(first) : .array(texts.map(Self.textBlock))
    }

    /// Thinking counts as output: where it has a budget, the answer has its room besides.
    private func outputTokensMax(above budget: Int?) throws(GatewayError) -> JSONNumber {
        let asked = request.sampling.outputTokensMax ?? JSONNumber(target.outputTokensMax ?? ChatTargetFacts.outputTokensDefault)
        guard let tokens = asked.int else { throw .fieldRefused(field: name(.outputTokensMax), reason: "it must be a whole number.") }
        guard let budget, tokens <= budget else { return asked }
        let (sum, isTooLarge) = budget.addingReportingOverflow(max(1, tokens))
        return JSONNumber(isTooLarge ? Int.max : sum)
    }
}

extension AnthropicRequestWriter {
    private mutating func writeSampling(into body: inout JSONObject) throws(GatewayError) {
        let sampling = request.sampling
        try writeStop(into: &body)
        if let temperature = sampling.temperature {
            let isTooHigh = JSONNumber(1).isLess(than: temperature)
            if isTooHigh { try losses.tuning(name(.temperature), "this provider takes 1 at most.") }
            body["temperature"] = isTooHigh ? 1 : .number(temperature)
        }
        body["top_p"] = sampling.topP.map(JSONValue.number)
        body["top_k"] = sampling.topK.map(JSONValue.number)
        try leaveOut(.frequencyPenalty, sampling.frequencyPenalty)
        try leaveOut(.presencePenalty, sampling.presencePenalty)
        if sampling.seed != nil { try losses.tuning(name(.seed)) }
    }

    /// A penalty of 0 is none.
    private mutating func leaveOut(_ field: ChatField, _ penalty: JSONNumber?) throws(GatewayError) {
        guard let penalty else { return }
        if penalty.double == 0 { losses.hint(name(field)) } else { try losses.tuning(name(field)) }
    }

    /// Anthropic refuses sequences of white space only, such as the line end (BerriAI/litellm#3286).
    private mutating func writeStop(into body: inout JSONObject) throws(GatewayError) {
        let usable = request.sampling.stop.filter { !Self.isBlank($0) }
        if usable.count < request.sampling.stop.count {
            try losses.tuning(name(.stop), "this provider takes no sequences that are nothing but white space.")
        }
        if !usable.isEmpty { body["stop_sequences"] = .array(usable.map(JSONValue.string)) }
    }

    private mutating func writeOutputConfig(_ effort: String?, into body: inout JSONObject) throws(GatewayError) {
        var config = JSONObject()
        config["effort"] = effort.map(JSONValue.string)
        switch request.output {
        case .text: break
        case .json: try losses.tuning(name(.jsonMode), "this provider has no JSON mode without a schema. Send a schema, or ask in words.")
        case .schema(let schema):
            let isOwn = request.format == .anthropic
            config["format"] = ["type": "json_schema", "schema": isOwn ? schema.schema : AnthropicSchema.closed(schema.schema)]
            if schema.name != nil { losses.hint(schemaName + ".name") }
            if schema.description != nil { losses.hint(schemaName + ".description") }
            if schema.isStrict == false { losses.hint(schemaName + ".strict") }
        }
        if !config.isEmpty { body["output_config"] = .object(config) }
    }

    private var schemaName: String {
        request.format == .openAIChat ? name(.output) + ".json_schema" : name(.output)
    }

    static func textBlock(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }

    /// Text of white space only, which this provider refuses in a block.
    static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
