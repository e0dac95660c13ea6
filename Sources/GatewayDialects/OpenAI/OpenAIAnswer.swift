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

    private struct Places {
        let error = members.place(of: "error")
        let choices = members.place(of: "choices")
        let data = members.place(of: "data")
    }

    /// Every answer is looked at: its names are looked for once.
    private static let places = Places()

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
        let places = places
        if let error = top[places.error], error.kind == .object, operation != .responses {
            return .error(status: OpenAIFault.status(in: body, at: error.value))
        }
        switch operation {
        case .chatCompletions, .completions:
            if top[places.choices]?.kind != .array { return .broken(reason: "it has no \"choices\".") }
        case .embeddings, .models:
            if top[places.data]?.kind != .array { return .broken(reason: "it has no \"data\".") }
        case .responses, .messages, .generateContent, .countTokens, .embedContent, .batchEmbedContents, .other: break
        }
        return .answer(OpenAIUsage.read(top, in: body))
    }
}
