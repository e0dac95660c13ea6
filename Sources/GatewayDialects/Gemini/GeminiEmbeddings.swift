package import GatewayCore
package import JSONBytes

/// Embeddings between OpenAI's format and Gemini's.
///
/// - SeeAlso: wire.md, sections 3.5, 5.3 and 10
package enum GeminiEmbeddings {
    /// What an answer has to know of the request it answers.
    package struct Facts: Equatable, Sendable {
        /// How many embeddings there have to be.
        package var count: Int
        /// Bytes of all the text, from which tokens are reckoned when the provider does not count them.
        package var textBytes: Int
        /// OpenAI's `encoding_format`.
        package var isBase64: Bool
        /// Gemini's `embedContent`, whose one embedding is not in a list.
        package var isSingle: Bool

        package init(count: Int, textBytes: Int, isBase64: Bool = false, isSingle: Bool = false) {
            self.count = count
            self.textBytes = textBytes
            self.isBase64 = isBase64
            self.isSingle = isSingle
        }

        package var usageEstimate: Usage { Usage(input: TokenReckoning.tokens(ofBytes: textBytes), output: 0, isEstimate: true) }
    }

    package static func model(_ name: String) -> JSONValue {
        .string(name.hasPrefix("models/") || name.hasPrefix("tunedModels/") ? name : "models/" + name)
    }
}

// OpenAI's clients, Gemini's provider.
extension GeminiEmbeddings {
    /// The body of a `batchEmbedContents` for an OpenAI client's request.
    ///
    /// - Parameters:
    ///   - model: as the provider calls it.
    ///   - losses: those of a translation to Gemini.
    package static func body(
        fromOpenAI request: JSONValue, model: String, losses: inout ChatLosses
    ) throws(GatewayError) -> (body: JSONValue, facts: Facts) {
        guard let members = request.object else { throw .fieldRefused(field: "the body", reason: "it must be an object.") }
        let texts = try texts(members["input"])
        var facts = Facts(count: texts.count, textBytes: texts.reduce(0) { $0 + $1.utf8.count })
        var dimensions: JSONNumber?
        for member in members where !member.value.isNull {
            switch member.name {
            case "model", "input": break
            case "dimensions": dimensions = try GeminiField(member.value, at: member.name).count()
            case "encoding_format": facts.isBase64 = try isBase64(member.value)
            case "user", "safety_identifier", "metadata": losses.hint(member.name)
            default: try losses.tuning(member.name)
            }
        }
        let requests = texts.map { text in
            var request: JSONObject = ["model": Self.model(model), "content": ["parts": [["text": .string(text)]]]]
            if let dimensions { request["outputDimensionality"] = .number(dimensions) }
            return JSONValue.object(request)
        }
        return (["requests": .array(requests)], facts)
    }

    /// An OpenAI client's answer out of Gemini's, with token counts that are reckoned where the provider did not count.
    ///
    /// - Parameter model: as the client named it.
    package static func answer(
        fromGemini answer: JSONValue, model: String, facts: Facts
    ) throws(ChatFault) -> (body: JSONValue, usage: Usage) {
        let embeddings = answer["embeddings"]?.array ?? answer["embedding"].map { [$0] } ?? []
        guard embeddings.count == facts.count else { throw ChatFault(reason: "it holds another number of embeddings than was asked for.") }
        var data: [JSONValue] = []
        for (index, embedding) in embeddings.enumerated() {
            guard let values = embedding["values"]?.array, values.allSatisfy({ $0.number != nil }) else {
                throw ChatFault(reason: "an embedding of it is no list of numbers.")
            }
            let value: JSONValue = facts.isBase64 ? .string(EmbeddingVector.base64(values)) : .array(values)
            data.append(["object": "embedding", "index": JSONValue(index), "embedding": value])
        }
        let usage = answer["usageMetadata"].flatMap(GeminiUsage.read) ?? facts.usageEstimate
        let counts: JSONValue = ["prompt_tokens": JSONValue(usage.input), "total_tokens": JSONValue(usage.input)]
        return (["object": "list", "data": .array(data), "model": .string(model), "usage": counts], usage)
    }

    private static func texts(_ input: JSONValue?) throws(GatewayError) -> [String] {
        let elements = input?.array ?? input.flatMap { $0.isNull ? nil : [$0] } ?? []
        guard !elements.isEmpty else { throw .fieldRefused(field: "input", reason: "it must hold at least one text.") }
        var texts: [String] = []
        for element in elements {
            guard element.number == nil, element.array == nil else {
                throw .fieldRefused(field: "input", reason: "the provider of this model takes text, not tokens: they are numbers of another model's.")
            }
            guard let text = element.string else { throw .fieldRefused(field: "input", reason: "it must be a string or a list of strings.") }
            guard !text.isEmpty else { throw .fieldRefused(field: "input", reason: "a text in it is empty.") }
            texts.append(text)
        }
        return texts
    }

    private static func isBase64(_ value: JSONValue) throws(GatewayError) -> Bool {
        switch value.string {
        case "float": false
        case "base64": true
        default: throw .fieldRefused(field: "encoding_format", reason: "it must be float or base64.")
        }
    }
}
