/// Fields that several formats have under different names: what a refusal calls them is what the client wrote.
package enum ChatField: CaseIterable, Sendable {
    case outputTokensMax, temperature, topP, topK, frequencyPenalty, presencePenalty, seed, stop, output, reasoning, tools, toolChoice
    case callsOneAtATime, user, system
    /// JSON without a schema.
    case jsonMode
    /// Of a document and of a result; what is returned is the member alone, without its place.
    case documentTitle, resultIsError

    /// - SeeAlso: wire.md, section 7.2
    package func name(in format: ChatFormat) -> String {
        switch format {
        case .openAIChat: openAIChat
        case .openAIResponses: openAIResponses
        case .anthropic: anthropic
        case .gemini: gemini
        // Fields are named as clients write them, and no client writes this format.
        case .bedrock: openAIChat
        }
    }

    private var openAIChat: String {
        switch self {
        case .outputTokensMax: "max_completion_tokens"
        case .temperature: "temperature"
        case .topP: "top_p"
        case .topK: "top_k"
        case .frequencyPenalty: "frequency_penalty"
        case .presencePenalty: "presence_penalty"
        case .seed: "seed"
        case .stop: "stop"
        case .output: "response_format"
        case .reasoning: "reasoning_effort"
        case .tools: "tools"
        case .toolChoice: "tool_choice"
        case .callsOneAtATime: "parallel_tool_calls"
        case .user: "user"
        case .system: "messages"
        case .jsonMode: "response_format"
        case .documentTitle: "filename"
        case .resultIsError: "is_error"
        }
    }

    private var openAIResponses: String {
        switch self {
        case .outputTokensMax: "max_output_tokens"
        case .output, .jsonMode: "text.format"
        case .reasoning: "reasoning"
        case .system: "instructions"
        default: openAIChat
        }
    }

    private var anthropic: String {
        switch self {
        case .outputTokensMax: "max_tokens"
        case .stop: "stop_sequences"
        case .output, .jsonMode: "output_config.format"
        case .reasoning: "thinking"
        case .callsOneAtATime: "tool_choice.disable_parallel_tool_use"
        case .user: "metadata.user_id"
        case .system: "system"
        case .documentTitle: "title"
        default: openAIChat
        }
    }

    private var gemini: String {
        switch self {
        case .outputTokensMax: "generationConfig.maxOutputTokens"
        case .temperature: "generationConfig.temperature"
        case .topP: "generationConfig.topP"
        case .topK: "generationConfig.topK"
        case .frequencyPenalty: "generationConfig.frequencyPenalty"
        case .presencePenalty: "generationConfig.presencePenalty"
        case .seed: "generationConfig.seed"
        case .stop: "generationConfig.stopSequences"
        case .output: "generationConfig.responseJsonSchema"
        case .reasoning: "generationConfig.thinkingConfig"
        case .tools: "tools"
        case .toolChoice, .callsOneAtATime: "toolConfig"
        case .user: "labels"
        case .system: "systemInstruction"
        case .jsonMode: "generationConfig.responseMimeType"
        case .documentTitle: "displayName"
        case .resultIsError: "response.error"
        }
    }
}

extension ChatFormat {
    /// The member that holds the conversation.
    var conversationName: String {
        switch self {
        case .openAIChat, .anthropic, .bedrock: "messages"
        case .openAIResponses: "input"
        case .gemini: "contents"
        }
    }
}
