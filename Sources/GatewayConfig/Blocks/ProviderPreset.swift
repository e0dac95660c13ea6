package import GatewayCore

/// Servers that speak OpenAI's chat completions in their own way: where they are, and how they differ.
///
/// Nothing here is about a model: what a model refuses is its target's `drop`.
package enum ProviderPreset: String, CaseIterable, Sendable {
    case vllm, ollama, groq, mistral, deepseek, openrouter

    /// nil: it is wherever its operator has put it.
    var url: ProviderURL? {
        switch self {
        case .vllm: nil
        case .ollama: ProviderURL(isTLS: false, host: "127.0.0.1", port: 11_434, path: "/v1")
        case .groq: ProviderURL(isTLS: true, host: "api.groq.com", port: 443, path: "/openai/v1")
        case .mistral: ProviderURL(isTLS: true, host: "api.mistral.ai", port: 443, path: "/v1")
        case .deepseek: ProviderURL(isTLS: true, host: "api.deepseek.com", port: 443, path: "")
        case .openrouter: ProviderURL(isTLS: true, host: "openrouter.ai", port: 443, path: "/api/v1")
        }
    }

    /// Whether requests without a key are refused.
    var needsKey: Bool { self != .vllm && self != .ollama }

    /// What of OpenAI's APIs is served fully enough for translated requests.
    var apis: [ProviderConfig.API] { self == .vllm ? [.chat, .responses] : [.chat] }

    package var quirks: ChatQuirks {
        var quirks = ChatQuirks()
        quirks.refuses = ["allowed_tools"]
        switch self {
        case .vllm: setVLLM(&quirks)
        case .ollama: setOllama(&quirks)
        case .groq: setGroq(&quirks)
        case .mistral: setMistral(&quirks)
        case .deepseek: setDeepSeek(&quirks)
        case .openrouter: setOpenRouter(&quirks)
        }
        return quirks
    }
}

// What differs, each with its source.
extension ProviderPreset {
    /// Roles are the chat template's to know, and few know `developer`. Unknown members are ignored.
    ///
    /// - SeeAlso: https://docs.vllm.ai/en/stable/features/reasoning_outputs/, https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html
    private func setVLLM(_ quirks: inout ChatQuirks) {
        quirks.takesDeveloper = false
        quirks.takesTopK = true
        quirks.thoughts = "reasoning"
    }

    /// What is not on its list of supported fields is passed over in silence, `max_completion_tokens` among it.
    ///
    /// - SeeAlso: https://docs.ollama.com/api/openai-compatibility
    private func setOllama(_ quirks: inout ChatQuirks) {
        quirks.outputCap = "max_tokens"
        quirks.refuses.formUnion(["tool_choice", "parallel_tool_calls", "user", "logit_bias"])
        quirks.takesDeveloper = false
        quirks.thoughts = "reasoning"
    }

    /// - SeeAlso: https://console.groq.com/docs/openai, "Currently unsupported OpenAI features"
    private func setGroq(_ quirks: inout ChatQuirks) {
        quirks.refuses.formUnion(["logit_bias", "logprobs", "top_logprobs"])
        quirks.refusesInMessages = ["reasoning_content", "reasoning_details", "extra_content", "annotations", "audio", "refusal"]
    }

    /// It refuses with 422 whatever it does not know ("Extra inputs are not permitted"), and counts the tokens of streams unasked.
    ///
    /// - SeeAlso: https://docs.mistral.ai/api, editor-code-assistant/eca#231 (max_completion_tokens), Vali-98/ChatterUI#143 (seed),
    ///   posit-dev/chatlas#145 (stream_options), langchain-ai/langchain#24668 (ids of calls)
    private func setMistral(_ quirks: inout ChatQuirks) {
        quirks.outputCap = "max_tokens"
        quirks.seed = "random_seed"
        quirks.mustCall = "any"
        quirks.refuses.formUnion(["user", "logit_bias", "logprobs", "top_logprobs"])
        quirks.refusesInMessages = [
            "reasoning_content", "reasoning", "reasoning_details", "extra_content", "annotations", "audio", "refusal", "function_call",
        ]
        quirks.takesDeveloper = false
        quirks.takesStreamOptions = false
        quirks.callIDLength = 9
    }

    /// While it thinks it wants its thoughts back with its calls, and refuses the request otherwise.
    ///
    /// - SeeAlso: https://api-docs.deepseek.com/guides/thinking_mode, https://api-docs.deepseek.com/api/create-chat-completion
    private func setDeepSeek(_ quirks: inout ChatQuirks) {
        quirks.outputCap = "max_tokens"
        quirks.refuses.formUnion(["json_schema", "seed", "parallel_tool_calls", "user", "logit_bias"])
        quirks.takesDeveloper = false
        quirks.thoughts = "reasoning_content"
    }

    /// - SeeAlso: https://openrouter.ai/docs/api-reference/parameters, https://openrouter.ai/docs/use-cases/reasoning-tokens
    private func setOpenRouter(_ quirks: inout ChatQuirks) {
        quirks.outputCap = "max_tokens"
        quirks.takesTopK = true
        quirks.thoughts = "reasoning"
    }
}
