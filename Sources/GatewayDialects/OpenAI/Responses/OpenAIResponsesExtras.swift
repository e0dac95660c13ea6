import GatewayCore
import JSONBytes

/// The members of a request that only this format has, and what each is worth.
///
/// - SeeAlso: wire.md, section 7.1
enum OpenAIResponsesExtras {
    /// Read elsewhere.
    private static let fields: Set<String> = [
        "model", "input", "instructions", "stream", "stream_options", "max_output_tokens", "temperature", "top_p", "parallel_tool_calls", "tools",
        "tool_choice", "reasoning", "text", "include", "user", "safety_identifier",
    ]

    /// Accounting, caching, storage and limits of tools that do not run here. `client_metadata` is Codex CLI's.
    private static let hints: Set<String> = [
        "metadata", "client_metadata", "store", "service_tier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
        "max_tool_calls", "background_options",
    ]

    private static let meanings: [String: String] = [
        "previous_response_id": "it names an answer that only OpenAI keeps. Send the conversation itself as input.",
        "conversation": "it names a conversation that only OpenAI keeps. Send the conversation itself as input.",
        "prompt": "it names a prompt that only OpenAI keeps. Send its text as instructions.",
        "background": "the provider of this model cannot work on an answer in the background.",
    ]

    /// What members say when they say nothing: a client that spells a default out loses nothing without it.
    private static let defaults: [String: [JSONValue]] = [
        "store": [false], "service_tier": ["auto", "default"], "background": [false], "truncation": ["disabled"], "top_logprobs": [0],
        "metadata": [[:]], "context_management": [[]], "client_metadata": [[:]],
    ]

    /// Those that OpenAI's chat has too. To be kept at OpenAI is the default here, and a wish there.
    static func shared(_ name: String, _ value: JSONValue) -> ChatSharedSetting? {
        name == "verbosity" ? nil : ChatSharedSetting.Name(rawValue: name).map { ChatSharedSetting($0, value) }
    }

    /// - Returns: nil for what is read elsewhere or says nothing. Members that are not known at all are `tuning`.
    static func weight(of name: String, _ value: JSONValue) -> ChatExtra.Weight? {
        if fields.contains(name) || defaults[name]?.contains(value) == true { return nil }
        if let reason = meanings[name] { return .meaning(reason) }
        return hints.contains(name) ? .hint : .tuning
    }

    /// What stands inside `include` and `stream_options`.
    static func inside(_ body: OpenAIResponsesMembers) throws(GatewayError) -> [ChatExtra] {
        var extras: [ChatExtra] = []
        for (index, value) in (try body.array("include") ?? []).enumerated() {
            // Seals always come with the answer. The other words are about server tools, which are refused by themselves, and echoes of the input.
            if value == "reasoning.encrypted_content" { continue }
            extras.append(ChatExtra("include[\(index)]", value == "message.output_text.logprobs" ? .tuning : .hint))
        }
        guard let options = try body.members("stream_options") else { return extras }
        if try options.bool("include_obfuscation") == true { extras.append(options.extra("include_obfuscation", .hint)) }
        return extras + options.unknown(besides: ["include_obfuscation"])
    }
}
