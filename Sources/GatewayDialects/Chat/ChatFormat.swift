package import GatewayCore

/// A wire format of conversations with a model: what a client sends, or a provider takes.
///
/// - SeeAlso: wire.md, sections 3 to 6
package enum ChatFormat: String, CaseIterable, Sendable {
    /// `POST /v1/chat/completions`.
    case openAIChat = "chat"
    /// `POST /v1/responses`.
    case openAIResponses = "responses"
    /// `POST /v1/messages`.
    case anthropic
    /// `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent`.
    case gemini
    /// `POST /model/{model}/converse` and `/converse-stream` of Amazon Bedrock. No client speaks it.
    case bedrock

    /// Written out where other modules compare: what the compiler makes is reached through a table of the protocol.
    @inlinable
    package static func == (left: ChatFormat, right: ChatFormat) -> Bool {
        switch (left, right) {
        case (.openAIChat, .openAIChat), (.openAIResponses, .openAIResponses), (.anthropic, .anthropic), (.gemini, .gemini), (.bedrock, .bedrock):
            true
        default: false
        }
    }

    /// Those that clients speak.
    package static let clients: [ChatFormat] = allCases.filter { $0.dialect != nil }

    /// nil for a format that no client speaks.
    package var dialect: Dialect? {
        switch self {
        case .openAIChat, .openAIResponses: .openai
        case .anthropic: .anthropic
        case .gemini: .gemini
        case .bedrock: nil
        }
    }
}
