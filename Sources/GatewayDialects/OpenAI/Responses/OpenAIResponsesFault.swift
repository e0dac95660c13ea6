import JSONBytes

/// What a provider says instead of an answer, in an answer of status 200 or in an event.
enum OpenAIResponsesFault {
    /// Characters of the provider's own words.
    private static let messageCharactersMax = 500

    /// Whether an answer is an error.
    static func isFailed(_ answer: JSONValue) -> Bool {
        answer["error"]?.object != nil || answer["status"] == "failed" || answer["status"] == "cancelled"
    }

    /// - Parameter error: the object with `code` and `message`; anything else says nothing.
    static func fault(_ error: JSONValue?) -> ChatFault {
        let status = error.flatMap(status(of:))
        // Such a message repeats part of the gateway's own key, and is nothing that the client could mend.
        let isCredential = status == 401 || status == 403
        let message = isCredential ? nil : error?["message"]?.string.map { String($0.prefix(messageCharactersMax)) }
        return ChatFault(status: status, reason: "it reports an error instead of an answer.", message: message)
    }

    private static func status(of error: JSONValue) -> Int? {
        let text = error.written()
        if let status = OpenAIFault.status(in: text, at: 0..<text.count) { return status }
        guard let code = error["code"]?.string else { return nil }
        // The client's prompt or picture: `invalid_prompt`, `image_too_large`, `unsupported_image_media_type`, `bio_policy` and their like.
        let isClients = code.hasPrefix("invalid_") || code.contains("image") || code.contains("policy")
        return isClients ? 400 : code == "vector_store_timeout" ? 504 : nil
    }
}
