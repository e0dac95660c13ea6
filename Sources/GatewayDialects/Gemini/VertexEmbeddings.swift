import GatewayCore
package import JSONBytes

/// Embeddings at Vertex AI, which makes them by `predict` and in a form of its own.
///
/// - SeeAlso: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
package enum VertexEmbeddings {
    /// The body of a `predict`, out of that of Gemini's `batchEmbedContents` or of OpenAI's embeddings.
    package static func body(of request: JSONValue) -> JSONValue {
        var texts: [JSONValue] = []
        var dimensions = request["dimensions"]
        if let input = request["input"] {
            texts = input.array ?? [input]
        } else {
            for one in request["requests"]?.array ?? [] {
                texts.append(one["content"]?["parts"]?[0]?["text"] ?? "")
                dimensions = one["outputDimensionality"]
            }
        }
        var body: JSONObject = ["instances": .array(texts.map { ["content": $0] })]
        if let dimensions { body["parameters"] = ["outputDimensionality": dimensions] }
        return .object(body)
    }

    /// An answer of `predict` in OpenAI's form.
    package static func openAIAnswer(of answer: JSONValue) -> JSONValue {
        let predictions = answer["predictions"]?.array ?? []
        let data = predictions.enumerated().map { index, prediction -> JSONValue in
            ["object": "embedding", "index": JSONValue(index), "embedding": prediction["embeddings"]?["values"] ?? .null]
        }
        var body: JSONObject = ["data": .array(data)]
        if let tokens = tokens(predictions) { body["usage"] = ["prompt_tokens": JSONValue(tokens)] }
        return .object(body)
    }

    /// An answer of `predict` in Gemini's form.
    package static func geminiAnswer(of answer: JSONValue) -> JSONValue {
        let predictions = answer["predictions"]?.array ?? []
        var body: JSONObject = ["embeddings": .array(predictions.map { ["values": $0["embeddings"]?["values"] ?? .null] })]
        if let tokens = tokens(predictions) { body["usageMetadata"] = ["promptTokenCount": JSONValue(tokens), "totalTokenCount": JSONValue(tokens)] }
        return .object(body)
    }

    /// nil unless each text was counted.
    private static func tokens(_ predictions: [JSONValue]) -> Int? {
        let counts = predictions.compactMap { $0["embeddings"]?["statistics"]?["token_count"]?.double }
        guard !counts.isEmpty, counts.count == predictions.count, counts.allSatisfy({ $0 >= 0 && $0 < 1e9 }) else { return nil }
        return counts.reduce(0) { $0 + Int($1) }
    }
}
