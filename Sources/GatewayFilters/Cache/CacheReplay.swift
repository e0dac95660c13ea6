import GatewayCore
import GatewayDialects
import HTTPWire

/// Gives a kept answer again, in the form and the format that a client asked for.
struct CacheReplay {
    let store: any CacheStore
    let converters: [Operation: any AnswerConverter]

    /// To the byte as it was received, or converted.
    ///
    /// - Parameter key: of the request; what is converted for it is kept there.
    /// - Returns: nil when it cannot be converted.
    func response(with answer: StoredAnswer, _ key: CacheKey, for exchange: Exchange) async -> Response? {
        let format = exchange.chatFormat
        if answer.about.format != format, format != nil, answer.about.format != nil {
            guard let retold = retold(answer, for: exchange) else { return nil }
            await store.keep(retold, for: key)
            return response(with: retold.content, of: retold, isAsReceived: true, for: exchange)
        }
        let isAsReceived = answer.content.isStream == exchange.isStreaming
        guard let content = isAsReceived ? answer.content : await converted(answer, key, for: exchange) else { return nil }
        return response(with: content, of: answer, isAsReceived: isAsReceived, for: exchange)
    }

    private func response(with content: StoredAnswer.Content, of answer: StoredAnswer, isAsReceived: Bool, for exchange: Exchange) -> Response? {
        let body: ResponseBody
        switch content {
        case .json(let bytes): body = ResponseBody(bytes: bytes)
        case .stream(let chunks): body = ResponseBody(.stream(ReplayBody(chunks)))
        case .refusal, .alias: return nil
        }
        note(answer, in: exchange)
        return Response(status: 200, headers: isAsReceived ? answer.about.headers : answer.headers(isStream: body.isStream), body: body)
    }

    /// Writes down where an answer is from, and what it once cost.
    func note(_ answer: StoredAnswer, in exchange: Exchange) {
        exchange.record.provider = answer.about.provider
        exchange.record.modelUsed = answer.about.modelUsed
        exchange.record.modelLabel = answer.about.modelLabel
        exchange.record.usage = answer.about.usage
        exchange.record.costAvoided = answer.about.cost
    }

    /// The other form of an answer, made for the first who asks for it and kept beside the one that was received.
    private func converted(_ answer: StoredAnswer, _ key: CacheKey, for exchange: Exchange) async -> StoredAnswer.Content? {
        if let converted = answer.converted { return converted }
        guard let content = converters[exchange.operation]?.otherForm(of: answer.content) else { return nil }
        await store.replace(answer, with: StoredAnswer(answer, converted: content), for: key)
        return content
    }

    /// An answer that a client of another format asked for, in the form that this one asked for.
    private func retold(_ answer: StoredAnswer, for exchange: Exchange) -> StoredAnswer? {
        guard let told = answer.about.format, let asked = exchange.chatFormat else { return nil }
        let whole: [UInt8]?
        switch answer.content {
        case .json(let bytes): whole = bytes
        case .stream(let chunks): whole = told.operation.flatMap { FormConverter(operation: $0).json(fromStream: chunks) }
        case .refusal, .alias: whole = nil
        }
        let translation = ChatTranslation(client: asked, provider: told, facts: ChatAnswerFacts(exchange))
        guard let whole, let body = translation.retold(whole, usage: answer.about.usage) else { return nil }
        var about = answer.about
        about.format = asked
        about.headers = StoredAnswer.headers(isStream: exchange.isStreaming)
        guard exchange.isStreaming else { return StoredAnswer(.json(body), about: about) }
        return translation.stream(of: body).map { StoredAnswer(.stream($0), about: about) }
    }
}

extension ChatFormat {
    /// nil: of a format that no client speaks, in which nothing is kept.
    fileprivate var operation: Operation? {
        switch self {
        case .openAIChat: .chatCompletions
        case .openAIResponses: .responses
        case .anthropic: .messages
        case .gemini: .generateContent
        case .bedrock: nil
        }
    }
}

extension StoredAnswer {
    fileprivate static func headers(isStream: Bool) -> [HeaderField] {
        [HeaderField("content-type", isStream ? "text/event-stream; charset=utf-8" : "application/json")]
    }

    /// Those of an answer that was converted.
    fileprivate func headers(isStream: Bool) -> [HeaderField] {
        about.headers.filter { $0.name != "content-type" && $0.name != "cache-control" && $0.name != "x-accel-buffering" }
            + Self.headers(isStream: isStream)
    }
}

extension AnswerConverter {
    fileprivate func otherForm(of content: StoredAnswer.Content) -> StoredAnswer.Content? {
        switch content {
        case .json(let body): stream(fromJSON: body).map { .stream($0) }
        case .stream(let chunks): json(fromStream: chunks).map { .json($0) }
        case .refusal, .alias: nil
        }
    }
}
