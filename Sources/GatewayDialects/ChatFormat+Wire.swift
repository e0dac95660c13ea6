extension ChatFormat {
    /// Its reader and writer.
    package var wire: any ChatWire.Type {
        switch self {
        case .openAIChat: OpenAIChatWire.self
        case .openAIResponses: OpenAIResponsesWire.self
        case .anthropic: AnthropicWire.self
        case .gemini: GeminiWire.self
        }
    }
}
