import JSONBytes

/// Why an answer ended, in Anthropic's words and in none.
///
/// - SeeAlso: wire.md, section 7.6
enum AnthropicStop {
    /// - Parameters:
    ///   - reason: `stop_reason`.
    ///   - sequence: `stop_sequence`.
    static func stop(_ reason: String, sequence: String?, hasCalls: Bool) -> ChatStop {
        switch reason {
        case "max_tokens", "model_context_window_exceeded": .length
        case "refusal": .filtered
        case _ where hasCalls: .calls
        case "stop_sequence": .sequence(sequence)
        // `end_turn`, `pause_turn`, which only tools of the provider's own bring about, and what is still to come.
        default: .finished
        }
    }

    /// The three members that say it.
    static func members(_ stop: ChatStop) -> JSONObject {
        switch stop {
        case .finished: ["stop_reason": "end_turn", "stop_sequence": .null]
        case .sequence(let sequence): ["stop_reason": "stop_sequence", "stop_sequence": sequence.map(JSONValue.string) ?? .null]
        case .length: ["stop_reason": "max_tokens", "stop_sequence": .null]
        case .calls: ["stop_reason": "tool_use", "stop_sequence": .null]
        case .filtered:
            [
                "stop_reason": "refusal", "stop_sequence": .null,
                "stop_details": ["type": "refusal", "category": .null, "explanation": .null],
            ]
        }
    }
}
