package import GatewayCore
import JSONBytes

/// Judges whole answers, those that are not streams.
package enum GeminiAnswer {
    private static let members: JSONNames = [
        "usageMetadata", "error", "candidates", "promptFeedback", "embedding", "embeddings", "totalTokens", "models",
    ]

    /// Reads a whole answer to its end.
    ///
    /// - Parameter operation: one whose answers are JSON objects: not `other`.
    package static func judge(_ body: [UInt8], _ operation: Operation) -> OpenAIAnswer.Verdict {
        if let fault = GeminiFault(body) { return .error(status: fault.status) }
        let top: JSONTopLevel
        do {
            top = try JSONScanner.topLevel(body, wanted: members)
        } catch {
            return .broken(reason: "it is not the JSON that it should be.")
        }
        if let error = top["error"], error.kind == .object { return .error(status: nil) }
        switch operation {
        case .generateContent: return judgeContent(top, body)
        case .embedContent: return judge(top, body, "embedding", .object)
        case .batchEmbedContents: return judge(top, body, "embeddings", .array)
        case .countTokens: return judge(top, body, "totalTokens", .number)
        case .models: return judge(top, body, "models", .array)
        case .chatCompletions, .completions, .embeddings, .responses, .messages, .other: return .answer(usage(top, body))
        }
    }

    /// - Parameter name: the member that makes an answer one.
    private static func judge(_ top: JSONTopLevel, _ body: [UInt8], _ name: String, _ kind: JSONKind) -> OpenAIAnswer.Verdict {
        guard top[name]?.kind == kind else { return .broken(reason: "it has no \"\(name)\".") }
        return .answer(usage(top, body))
    }

    /// A prompt that was held back is an answer without candidates.
    private static func judgeContent(_ top: JSONTopLevel, _ body: [UInt8]) -> OpenAIAnswer.Verdict {
        guard let candidates = top["candidates"], candidates.kind == .array else {
            return judge(top, body, "promptFeedback", .object)
        }
        guard let list = try? JSONValue(parsing: body, in: candidates.value).array else { return .broken(reason: "its candidates cannot be read.") }
        guard !list.isEmpty || top["promptFeedback"] != nil else { return .broken(reason: "it has no candidates.") }
        if let fault = list.lazy.compactMap({ $0["finishReason"]?.string.flatMap(GeminiFinish.fault) }).first { return .broken(reason: fault) }
        return .answer(usage(top, body))
    }

    private static func usage(_ top: JSONTopLevel, _ body: [UInt8]) -> Usage? {
        GeminiUsage.read(top, in: body)
    }
}
