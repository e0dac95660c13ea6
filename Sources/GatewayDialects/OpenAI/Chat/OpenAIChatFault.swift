import JSONBytes

/// What a provider says instead of an answer, with status 200.
enum OpenAIChatFault {
    /// - Returns: nil when `object` reports no error.
    static func fault(in object: JSONObject) -> ChatFault? {
        if let error = object["error"], !error.isNull { return fault(error) }
        // Older vLLM writes the error as the answer itself.
        return object["object"]?.string == "error" ? fault(.object(object)) : nil
    }

    /// The words of OpenRouter and DeepSeek for a model that broke off.
    static func fault(forReason reason: String?) -> ChatFault? {
        switch reason {
        case "error": ChatFault(reason: "the model broke off.")
        case "insufficient_system_resource": ChatFault(status: 503, reason: "the model broke off.")
        default: nil
        }
    }

    private static func fault(_ error: JSONValue) -> ChatFault {
        let bytes = error.written()
        let message = error.string ?? error["message"]?.string
        return ChatFault(
            status: error.object == nil ? nil : OpenAIFault.status(in: bytes, at: 0..<bytes.count), reason: "it reports an error.",
            message: message.map(OpenAIErrorText.shown))
    }
}
