package import GatewayCore
import GatewayDialects

/// The two forms of an answer, in the client's dialect, for the cache.
package struct FormConverter: AnswerConverter {
    /// One for each operation that has a streamed form.
    package static let all: [Operation: any AnswerConverter] = {
        let operations: [Operation] = [.chatCompletions, .completions, .responses, .messages, .generateContent]
        return Dictionary(uniqueKeysWithValues: operations.map { ($0, FormConverter(operation: $0)) })
    }()

    package let operation: Operation

    package init(operation: Operation) {
        self.operation = operation
    }

    package func stream(fromJSON body: [UInt8]) -> [BodyChunk]? {
        switch operation {
        case .messages: return AnthropicReplay.stream(fromJSON: body)
        case .generateContent: return GeminiReplay.stream(fromJSON: body, operation: operation)
        default: return OpenAIReplay.stream(fromJSON: body, operation: operation)
        }
    }

    package func json(fromStream chunks: [BodyChunk]) -> [UInt8]? {
        switch operation {
        case .messages: return AnthropicReplay.json(fromStream: chunks)
        case .generateContent: return GeminiReplay.json(fromStream: chunks, operation: operation)
        default: return OpenAIReplay.json(fromStream: chunks, operation: operation)
        }
    }
}
