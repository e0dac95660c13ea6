import GatewayCore
import GatewayDialects

/// How a request gets to one provider, and its answer back: as it is, or translated.
enum AttemptPlan {
    /// Both speak the same: bytes pass through, with edits spliced in.
    case same
    case chat(ChatTranslation)
    /// OpenAI's embeddings at a provider that has Gemini's, or the other way round.
    case embeddings
    /// Tokens of one dialect's request, counted by a provider of the other.
    case count
    /// The provider counts no tokens: the gateway reckons.
    case estimate

    /// - Throws: `fieldRefused` for what this provider has no equivalent of.
    init(_ exchange: Exchange, to provider: Provider) throws(GatewayError) {
        let operation = exchange.operation
        if let client = exchange.chatFormat {
            let format = provider.format(for: client)
            self = format == client ? .same : .chat(ChatTranslation(client: client, provider: format, facts: ChatAnswerFacts(exchange)))
        } else if exchange.dialect == provider.dialect, !provider.surface.lacks(operation) {
            self = .same
        } else {
            switch (operation, provider.dialect) {
            case (.embeddings, .gemini): self = .embeddings
            case (.embedContent, _) where provider.surface == .vertexGemini, (.batchEmbedContents, _) where provider.surface == .vertexGemini:
                self = .embeddings
            case (.embedContent, .openai), (.batchEmbedContents, .openai): self = .embeddings
            case (.countTokens, _) where provider.surface != .standard, (.countTokens, .openai): self = .estimate
            case (.countTokens, .anthropic), (.countTokens, .gemini): self = .count
            default: throw Self.impossible(provider)
            }
        }
    }

    private static func impossible(_ provider: Provider) -> GatewayError {
        let dialect = provider.dialect?.title ?? "an API of its own"
        return .fieldRefused(field: "model", reason: "the provider of this model speaks \(dialect), which has nothing for this path.")
    }
}

extension Dialect {
    /// As people call it.
    var title: String {
        switch self {
        case .openai: "OpenAI's API"
        case .anthropic: "Anthropic's API"
        case .gemini: "the Gemini API"
        }
    }
}

extension Exchange {
    /// The format of the conversation that this request continues; nil for everything else.
    var chatFormat: ChatFormat? {
        switch operation {
        case .chatCompletions: .openAIChat
        case .responses: .openAIResponses
        case .messages: .anthropic
        case .generateContent: .gemini
        case .completions, .embeddings, .countTokens, .embedContent, .batchEmbedContents, .models, .other: nil
        }
    }
}

extension ChatAnswerFacts {
    /// Streams are written as server-sent events here; whoever wants them otherwise gets them so at the edge.
    init(_ exchange: Exchange) {
        self.init(
            // New with each request, and nothing that a client could choose.
            seed: exchange.trace.spanID, created: exchange.worker.secondsSince1970, model: exchange.model ?? "", wantsUsageEvent: true)
    }
}
