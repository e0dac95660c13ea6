import GatewayCore
import GatewayDialects

/// How the answer of one attempt is read and, where the provider speaks another format, written anew.
final class AttemptAnswer {
    let plan: AttemptPlan
    let exchange: Exchange
    let provider: Provider
    let seals: ChatSeals

    init(plan: AttemptPlan, exchange: Exchange, provider: Provider, seals: ChatSeals) {
        self.plan = plan
        self.exchange = exchange
        self.provider = provider
        self.seals = seals
    }

    /// Whether the answer is passed on without being read.
    var isOpaque: Bool {
        exchange.operation == .other || exchange.operation == .models
    }

    /// Whether the client gets another body than the provider's.
    var isWrittenHere: Bool {
        switch plan {
        case .chat, .embeddings, .count, .estimate: true
        case .same: false
        }
    }

    var stream: any AnswerStream {
        let limit = provider.eventBytesMax
        if case .chat(let translation) = plan { return translation.stream(eventBytesMax: limit, kept: keep) }
        switch exchange.dialect {
        case .openai: return OpenAIStream(operation: exchange.operation, eventBytesMax: limit)
        case .anthropic: return AnthropicStream(eventBytesMax: limit)
        case .gemini: return GeminiStream(operation: exchange.operation, eventBytesMax: limit)
        }
    }

    /// The stream that says what a whole answer says, for a client that asked for one: to SDKs that read a stream, a whole answer is an empty one.
    ///
    /// - Parameter body: as the client would get it.
    /// - Returns: nil for an answer that has no streamed form.
    func chunks(of body: [UInt8]) -> [BodyChunk]? {
        if case .chat(let translation) = plan { return translation.stream(of: body) }
        return FormConverter(operation: exchange.operation).stream(fromJSON: body)
    }

    /// Reads a whole answer.
    func judge(_ body: [UInt8]) -> AnswerVerdict {
        switch plan {
        case .chat(let translation): translation.answer(body, kept: keep, dropped: exchange.tellDropped)
        case .embeddings: EmbeddingsPlan.judge(body, for: exchange, from: provider)
        case .count: CountPlan.judge(body, for: exchange)
        case .same, .estimate: judgeSame(body)
        }
    }

    private func judgeSame(_ body: [UInt8]) -> AnswerVerdict {
        let verdict =
            switch exchange.dialect {
            case .openai: OpenAIAnswer.judge(body, exchange.operation)
            case .anthropic: AnthropicAnswer.judge(body, exchange.operation)
            case .gemini: GeminiAnswer.judge(body, exchange.operation)
            }
        switch verdict {
        case .answer(let usage): return .answer(body: body, usage)
        case .error(let status): return .error(status: status)
        case .broken(let reason): return .broken(reason: reason)
        }
    }

    /// Keeps the seals that the client's format has no place for.
    private var keep: @Sendable ([ChatPart]) -> Void {
        guard case .chat(let translation) = plan, translation.client == .openAIChat else { return { _ in } }
        return { [seals, owner = exchange.sealOwner] parts in seals.keep(parts, for: owner) }
    }
}

extension Exchange {
    /// Whom the seals of an answer belong to. No caller has a name with a space.
    var sealOwner: String { caller?.name ?? "no caller" }
}
