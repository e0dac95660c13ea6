package import GatewayCore
package import JSONBytes

// Gemini's clients, OpenAI's provider.
extension GeminiEmbeddings {
    /// The body of OpenAI's `/v1/embeddings` for a Gemini client's `embedContent` or `batchEmbedContents`.
    ///
    /// - Parameters:
    ///   - model: as the provider calls it.
    ///   - losses: those of a translation to OpenAI.
    package static func body(
        fromGemini request: JSONValue, operation: Operation, model: String, losses: inout ChatLosses
    ) throws(GatewayError) -> (body: JSONValue, facts: Facts) {
        let isSingle = operation == .embedContent
        var fields = try GeminiFields(request, at: "")
        var texts: [String] = []
        var dimensions: [JSONNumber?] = []
        if isSingle {
            let one = try text(of: &fields, &losses)
            (texts, dimensions) = ([one.text], [one.dimensions])
        } else {
            let requests = fields.take("requests")
            for element in try requests?.list() ?? [] {
                var members = try element.fields()
                let one = try text(of: &members, &losses)
                texts.append(one.text)
                dimensions.append(one.dimensions)
            }
            guard !texts.isEmpty else { throw .fieldRefused(field: "requests", reason: "it must hold at least one request.") }
            for other in fields.left { try losses.tuning(other.place) }
        }
        guard dimensions.allSatisfy({ $0 == dimensions[0] }) else {
            throw .fieldRefused(
                field: "requests", reason: "they must have one outputDimensionality: the provider of this model takes one for all.")
        }
        var body: JSONObject = ["model": .string(model)]
        body["input"] = isSingle ? .string(texts[0]) : .array(texts.map(JSONValue.string))
        if let count = dimensions[0] { body["dimensions"] = .number(count) }
        body["encoding_format"] = "float"
        return (.object(body), Facts(count: texts.count, textBytes: texts.reduce(0) { $0 + $1.utf8.count }, isSingle: isSingle))
    }

    /// A Gemini client's answer out of OpenAI's.
    package static func answer(fromOpenAI answer: JSONValue, facts: Facts) throws(ChatFault) -> (body: JSONValue, usage: Usage) {
        let data = answer["data"]?.array ?? []
        guard data.count == facts.count else { throw ChatFault(reason: "it holds another number of embeddings than was asked for.") }
        var values = [JSONValue?](repeating: nil, count: facts.count)
        for (position, element) in data.enumerated() {
            let index = element["index"]?.int ?? position
            guard values.indices.contains(index), values[index] == nil, let vector = EmbeddingVector.numbers(element["embedding"]) else {
                throw ChatFault(reason: "an embedding of it cannot be read.")
            }
            values[index] = ["values": .array(vector)]
        }
        let counted = answer["usage"]?["prompt_tokens"]?.int.map { Usage(input: max(0, $0), output: 0) }
        let usage = counted ?? facts.usageEstimate
        var body: JSONObject = facts.isSingle ? ["embedding": values[0] ?? .null] : ["embeddings": .array(values.compactMap(\.self))]
        body["usageMetadata"] = ["promptTokenCount": JSONValue(usage.input), "totalTokenCount": JSONValue(usage.input)]
        return (.object(body), usage)
    }

    /// The text of one request. Several parts are one text, on lines of their own.
    private static func text(
        of fields: inout GeminiFields, _ losses: inout ChatLosses
    ) throws(GatewayError) -> (text: String, dimensions: JSONNumber?) {
        _ = fields.take("model")
        let missing = GatewayError.fieldRefused(field: fields.place.isEmpty ? "content" : fields.place + ".content", reason: "it must hold a text.")
        guard let content = fields.take("content") else { throw missing }
        let dimensions = try fields.take("outputDimensionality")?.count()
        for other in fields.left { try losses.tuning(other.place) }
        var members = try content.fields()
        _ = members.take("role")
        var texts: [String] = []
        for part in try members.take("parts")?.list() ?? [] {
            guard let text = part.value["text"]?.string, part.value.object?.count == 1 else {
                throw losses.meaning(part.place, "the provider of this model makes embeddings of text alone.")
            }
            texts.append(text)
        }
        for other in members.left { try losses.tuning(other.place) }
        let text = texts.joined(separator: "\n")
        guard !text.isEmpty else { throw missing }
        return (text, dimensions)
    }
}
