package import GatewayCore
import JSONBytes

/// Judges whole answers, those that are not streams.
package enum OpenAIAnswer {
    package enum Verdict: Equatable, Sendable {
        case answer(Usage?)
        /// An error that came with status 200.
        case error(status: Int?)
        /// `reason` is a sentence for the caller that quotes nothing.
        case broken(reason: String)
    }

    private static let members: JSONNames = ["usage", "error", "choices", "data", "service_tier", "output", "tool_usage"]

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
        if let error = top["error"], error.kind == .object, operation != .responses {
            return .error(status: OpenAIFault.status(in: body, at: error.value))
        }
        if let list = listName(operation), top[list]?.kind != .array {
            return .broken(reason: "it has no \"\(list)\".")
        }
        return .answer(OpenAIUsage.read(top, in: body))
    }

    /// The member that makes an answer one.
    private static func listName(_ operation: Operation) -> String? {
        switch operation {
        case .chatCompletions, .completions: "choices"
        case .embeddings, .models: "data"
        case .responses, .messages, .generateContent, .countTokens, .embedContent, .batchEmbedContents, .other: nil
        }
    }
}
