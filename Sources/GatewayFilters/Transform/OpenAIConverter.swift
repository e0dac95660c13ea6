package import GatewayCore
import GatewayDialects

/// The two forms of an answer of the OpenAI dialect, for the cache.
package struct OpenAIConverter: AnswerConverter {
    /// One for each operation that has a streamed form.
    package static let all: [Operation: any AnswerConverter] = [
        .chatCompletions: OpenAIConverter(operation: .chatCompletions), .completions: OpenAIConverter(operation: .completions),
        .responses: OpenAIConverter(operation: .responses),
    ]

    package let operation: Operation

    package init(operation: Operation) {
        self.operation = operation
    }

    package func stream(fromJSON body: [UInt8]) -> [BodyChunk]? {
        OpenAIReplay.stream(fromJSON: body, operation: operation)
    }

    package func json(fromStream chunks: [BodyChunk]) -> [UInt8]? {
        OpenAIReplay.json(fromStream: chunks, operation: operation)
    }
}
