package import GatewayCore

/// Failures in the words of the client's dialect. A new dialect has to say its own: the switches have no `default`.
extension Dialect {
    /// The answer instead of an answer.
    ///
    /// - Parameters:
    ///   - retriesSpent: the gateway has tried more than once itself, so the client had better not.
    ///   - requestID: told in the body where the dialect has a place for it.
    package func response(to error: GatewayError, retriesSpent: Bool, requestID: String? = nil) -> Response {
        switch self {
        case .openai: OpenAIErrors.response(to: error, retriesSpent: retriesSpent)
        case .anthropic: AnthropicErrors.response(to: error, retriesSpent: retriesSpent, requestID: requestID)
        case .gemini: GeminiErrors.response(to: error, retriesSpent: retriesSpent)
        }
    }

    /// What ends a stream that has begun. Nothing follows it.
    package func event(for error: GatewayError, operation: Operation, requestID: String? = nil) -> [UInt8] {
        switch self {
        case .openai: OpenAIErrors.event(for: error, operation: operation)
        case .anthropic: AnthropicErrors.event(for: error, operation: operation, requestID: requestID)
        case .gemini: GeminiErrors.event(for: error, operation: operation)
        }
    }
}
