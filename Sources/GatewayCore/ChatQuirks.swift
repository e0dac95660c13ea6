/// How an endpoint that takes OpenAI's chat completions differs from OpenAI's own. Nothing differs by itself.
package struct ChatQuirks: Hashable, Sendable {
    /// The member for the most tokens of an answer. nil: `max_completion_tokens` in requests that are written here, and in those that are passed on
    /// whatever the client wrote.
    package var outputCap: String?
    /// What `seed` is called.
    package var seed = "seed"
    /// The word of `tool_choice` for "call at least one".
    package var mustCall = "required"
    /// Members of a request, and `json_schema` and `allowed_tools`, that the endpoint refuses or passes over.
    package var refuses: Set<String> = []
    /// Members of messages that the endpoint refuses: taken out of what clients bring back.
    package var refusesInMessages: Set<String> = []
    /// The member of an assistant's message in which the endpoint takes its thoughts back; nil: nowhere.
    package var thoughts: String?
    /// Whether there is a role `developer`; else instructions are `system`.
    package var takesDeveloper = true
    /// Whether `stream_options` may be said; else the endpoint counts tokens unasked, or not at all.
    package var takesStreamOptions = true
    package var takesTopK = false
    /// Whether it has what OpenAI's chat and responses have in common and nobody else: `metadata`, `store`, `service_tier`, `verbosity`, prompt caches,
    /// tools without a schema.
    package var isOpenAI = false
    /// Letters and digits of a call's id; nil: any id will do.
    package var callIDLength: Int?

    package init() {}

    /// OpenAI itself. It refuses members of messages that it does not know.
    package static let openAI: ChatQuirks = {
        var quirks = ChatQuirks()
        quirks.isOpenAI = true
        quirks.refusesInMessages = ["reasoning_content", "reasoning", "reasoning_details", "extra_content"]
        return quirks
    }()
}
