import JSONBytes

/// What of a whole answer has no place in other formats: sources that its text rests on, and how sure the model was of each token.
///
/// Their names go into `x-weir-dropped`, as those of a request's fields do. The head of a stream has left before any of this comes.
enum AnswerLosses {
    /// - Returns: names of the provider's format, each once, in the order of the answer.
    static func names(in answer: JSONValue, of format: ChatFormat) -> [String] {
        let found: [(name: String, value: JSONValue?)] =
            switch format {
            case .openAIChat:
                items(answer["choices"]).flatMap { [("annotations", $0["message"]?["annotations"]), ("logprobs", $0["logprobs"])] }
            case .openAIResponses:
                items(answer["output"]).flatMap { items($0["content"]) }.flatMap {
                    [("annotations", $0["annotations"]), ("logprobs", $0["logprobs"])]
                }
            case .anthropic: items(answer["content"]).map { ("citations", $0["citations"]) }
            case .gemini:
                items(answer["candidates"]).flatMap { candidate in
                    ["citationMetadata", "groundingMetadata", "logprobsResult"].map { ($0, candidate[$0]) }
                }
            case .bedrock: items(answer["output"]?["message"]?["content"]).map { ("citationsContent", $0["citationsContent"]) }
            }
        var names: [String] = []
        for (name, value) in found where !names.contains(name) && says(value) { names.append(name) }
        return names
    }

    private static func items(_ list: JSONValue?) -> [JSONValue] { list?.array ?? [] }

    /// Whether there is anything in it.
    private static func says(_ value: JSONValue?) -> Bool {
        switch value {
        case .array(let items): !items.isEmpty
        case .object(let members): members.contains { says($0.value) }
        case nil, .null: false
        default: true
        }
    }
}
