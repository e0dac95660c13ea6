/// Why an answer ended.
enum BedrockStop {
    /// - Parameter sequence: the stop sequence that was met, where it is known.
    static func stop(_ reason: String, sequence: String?, hasCalls: Bool) -> ChatStop {
        switch reason {
        case "max_tokens", "model_context_window_exceeded": .length
        case "guardrail_intervened", "content_filtered": .filtered
        case _ where hasCalls: .calls
        case "stop_sequence": .sequence(sequence)
        // `end_turn`, `malformed_model_output` and `malformed_tool_use`, behind which there is text at most, and what is still to come.
        default: .finished
        }
    }
}
