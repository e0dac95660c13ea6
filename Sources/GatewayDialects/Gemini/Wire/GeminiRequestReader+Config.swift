import GatewayCore
import JSONBytes

// `generationConfig`.
extension GeminiRequestReader {
    mutating func readConfig(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        try readSampling(&fields)
        if let thinking = fields.take("thinkingConfig") { try readThinking(thinking) }
        try readOutput(&fields)
        if let count = fields.take("candidateCount"), try count.int() != 1 { meaning(count, "other formats give one answer. Ask several times.") }
        if let wish = fields.take("responseLogprobs"), try wish.bool() { add(wish, .tuning) }
        if let format = fields.take("responseFormat") { meaning(format, "use responseMimeType and responseJsonSchema.") }
        if let token = fields.take("continuationToken") { meaning(token, "it goes on with an answer that one provider keeps.") }
        if let modalities = fields.take("responseModalities") { try readModalities(modalities) }
        addUnknown(fields)
    }

    private mutating func readSampling(_ fields: inout GeminiFields) throws(GatewayError) {
        request.sampling.outputTokensMax = try fields.take("maxOutputTokens")?.number()
        request.sampling.temperature = try fields.take("temperature")?.number()
        request.sampling.topP = try fields.take("topP")?.number()
        request.sampling.topK = try fields.take("topK")?.number()
        request.sampling.seed = try fields.take("seed")?.number()
        request.sampling.frequencyPenalty = try fields.take("frequencyPenalty")?.number()
        request.sampling.presencePenalty = try fields.take("presencePenalty")?.number()
        request.sampling.stop = try fields.take("stopSequences")?.strings() ?? []
    }

    private mutating func readModalities(_ field: GeminiField) throws(GatewayError) {
        guard try field.strings().contains(where: { $0.uppercased() != "TEXT" }) else { return }
        meaning(field, "answers are text here.")
    }

    private mutating func readOutput(_ fields: inout GeminiFields) throws(GatewayError) {
        let openAPI = fields.take("responseSchema")
        let schema = fields.take("responseJsonSchema")
        if let schema, openAPI != nil { throw .fieldRefused(field: schema.place, reason: "there is a responseSchema too: leave one of them out.") }
        let type = fields.take("responseMimeType")
        let typeName = try type?.string().lowercased()
        switch typeName {
        case nil, "application/json":
            if let schema {
                request.output = .schema(ChatSchema(schema: .object(try schema.object())))
            } else if let openAPI {
                request.output = .schema(ChatSchema(schema: GeminiSchema.jsonSchema(from: .object(try openAPI.object()))))
            } else if typeName != nil {
                request.output = .json
            }
        case "text/plain":
            if let ignored = schema ?? openAPI { add(ignored, .hint) }
        default:
            if let type { meaning(type, "other formats answer in text/plain or application/json.") }
        }
    }

    /// - SeeAlso: wire.md, section 7.2, "effort"
    private mutating func readThinking(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        var reasoning = ChatReasoning()
        reasoning.showsThoughts = try fields.take("includeThoughts")?.bool()
        if let level = fields.take("thinkingLevel") { reasoning.effort = try effort(level) }
        if let budget = fields.take("thinkingBudget") {
            let tokens = try budget.int()
            guard tokens >= -1 else { throw .fieldRefused(field: budget.place, reason: "it must be -1 or more.") }
            if tokens < 0 { reasoning.isAdaptive = true } else { reasoning.budgetTokens = tokens }
            if tokens == 0 { reasoning.effort = ChatReasoning.Effort.none }
        }
        if reasoning != ChatReasoning() { request.reasoning = reasoning }
        addUnknown(fields)
    }

    private func effort(_ field: GeminiField) throws(GatewayError) -> ChatReasoning.Effort? {
        switch try field.word() {
        case "MINIMAL": .minimal
        case "LOW": .low
        case "MEDIUM": .medium
        case "HIGH": .high
        case "XHIGH": .xhigh
        case "THINKING_LEVEL_UNSPECIFIED": nil
        default: throw .fieldRefused(field: field.place, reason: "it must be MINIMAL, LOW, MEDIUM, HIGH or XHIGH.")
        }
    }
}
