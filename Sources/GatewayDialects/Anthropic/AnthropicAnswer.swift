package import GatewayCore
import JSONBytes

/// Judges whole answers, those that are not streams.
package enum AnthropicAnswer {
    package typealias Verdict = OpenAIAnswer.Verdict

    private static let members: JSONNames = ["type", "usage", "error", "content", "input_tokens"]

    /// Reads a whole answer to its end.
    ///
    /// - Parameter operation: one whose answers are JSON objects: not `other`.
    package static func judge(_ body: [UInt8], _ operation: Operation) -> Verdict {
        let top: JSONTopLevel
        do {
            top = try JSONScanner.topLevel(body, wanted: members)
        } catch {
            return .broken(reason: "it is not the JSON that it should be.")
        }
        if let error = top["error"], error.kind == .object { return .error(status: AnthropicFault.status(in: body, at: error.value)) }
        switch operation {
        case .messages:
            guard top["content"]?.kind == .array else { return .broken(reason: "it has no \"content\".") }
        case .countTokens:
            // The count is the answer, not its price.
            guard top["input_tokens"]?.kind == .number else { return .broken(reason: "it has no \"input_tokens\".") }
            return .answer(nil)
        case .chatCompletions, .completions, .embeddings, .responses, .generateContent, .embedContent, .batchEmbedContents, .models, .other: break
        }
        return .answer(usage(top["usage"], in: body))
    }

    private static func usage(_ field: JSONField?, in body: [UInt8]) -> Usage? {
        guard let field, field.kind == .object else { return nil }
        var counts = AnthropicCounts()
        counts.merge(try? JSONValue(parsing: body, in: field.value))
        return counts.usage
    }
}
