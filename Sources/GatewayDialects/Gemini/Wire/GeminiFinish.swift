/// Why a model of Gemini's stopped.
///
/// - SeeAlso: wire.md, sections 5.2 and 7.6
enum GeminiFinish {
    /// Something went wrong at the provider, so that there is no answer: worth another try.
    private static let malformed: Set<String> = [
        "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE", "OTHER",
        "PUP_LIMITED_DISABLED",
    ]

    /// - Parameter hasCalls: whether there is a call in the answer. Gemini says STOP behind calls too.
    static func stop(_ reason: String, hasCalls: Bool) -> ChatStop {
        switch reason {
        case "STOP": hasCalls ? .calls : .finished
        // Both end an answer that is not whole; the second could be gone on with at Google only.
        case "MAX_TOKENS", "CONTINUATION": .length
        // SAFETY, RECITATION and their like. A reason that nobody knows yet is no good end either.
        default: .filtered
        }
    }

    /// The sentence for an answer that is none; nil for one that is.
    static func fault(_ reason: String) -> String? {
        malformed.contains(reason) ? "the model's answer came out malformed or was given up." : nil
    }

    static func word(_ stop: ChatStop) -> String {
        switch stop {
        case .finished, .sequence, .calls: "STOP"
        case .length: "MAX_TOKENS"
        case .filtered: "SAFETY"
        }
    }
}
