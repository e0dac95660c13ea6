/// Why the model stopped, in this format's words.
///
/// - SeeAlso: wire.md, section 7.6
enum OpenAIChatStop {
    /// - Parameters:
    ///   - reason: `finish_reason`; nil or a word that nobody knows is an answer that is whole.
    ///   - matched: `stop_reason`, where vLLM writes the stop sequence that it met.
    static func stop(_ reason: String?, matched: String?, hasCalls: Bool) -> ChatStop {
        switch reason {
        case "length": .length
        case "content_filter": .filtered
        case _ where hasCalls: .calls
        case "stop": matched.map { .sequence($0) } ?? .finished
        default: .finished
        }
    }

    static func word(_ stop: ChatStop) -> String {
        switch stop {
        case .finished, .sequence: "stop"
        case .length: "length"
        case .calls: "tool_calls"
        case .filtered: "content_filter"
        }
    }
}
