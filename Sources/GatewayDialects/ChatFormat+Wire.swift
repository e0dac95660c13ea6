extension ChatFormat {
    /// Its reader and writer for clients.
    ///
    /// - Precondition: clients speak it.
    package var wire: any ChatWire.Type {
        switch self {
        case .openAIChat: OpenAIChatWire.self
        case .openAIResponses: OpenAIResponsesWire.self
        case .anthropic: AnthropicWire.self
        case .gemini: GeminiWire.self
        case .bedrock: preconditionFailure("no client speaks the format of Bedrock")
        }
    }

    /// Its reader and writer for providers.
    package var providerWire: any ChatProviderWire.Type {
        switch self {
        case .bedrock: BedrockWire.self
        case .openAIChat, .openAIResponses, .anthropic, .gemini: wire
        }
    }
}
