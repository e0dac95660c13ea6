package import GatewayCore

/// Failures in the words of the client's dialect. A new dialect has to say its own: the switches have no `default`.
extension Dialect {
    /// The answer instead of an answer.
    ///
    /// - Parameter retriesSpent: the gateway has tried more than once itself, so the client had better not.
    package func response(to error: GatewayError, retriesSpent: Bool) -> Response {
        switch self {
        case .openai: OpenAIErrors.response(to: error, retriesSpent: retriesSpent)
        case .anthropic: AnthropicErrors.response(to: error, retriesSpent: retriesSpent)
        case .gemini: GeminiErrors.response(to: error, retriesSpent: retriesSpent)
        }
    }

    /// What ends a stream that has begun. Nothing follows it.
    package func event(for error: GatewayError, operation: Operation) -> [UInt8] {
        switch self {
        case .openai: OpenAIErrors.event(for: error, operation: operation)
        case .anthropic: AnthropicErrors.event(for: error, operation: operation)
        case .gemini: GeminiErrors.event(for: error, operation: operation)
        }
    }
}
