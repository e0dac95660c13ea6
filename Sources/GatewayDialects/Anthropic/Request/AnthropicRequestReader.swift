import GatewayCore
import JSONBytes

/// Reads what a client of the messages API sent.
///
/// - SeeAlso: wire.md, section 4.1
struct AnthropicRequestReader {
    /// What changes where or for how much money an answer is made, or how it is delivered, but not what it says.
    private static let hints = [
        "cache_control", "service_tier", "speed", "diagnostics", "user_profile_id", "workspace_id", "billing_policy", "fallback_credit_token",
        "anthropic_version",
    ]

    private static let bound: [(member: String, reason: String)] = [
        ("container", "a container lives with one Anthropic account, and the provider of this model is not it."),
        ("thread", "a thread lives with one Anthropic account, and the provider of this model is not it."),
        ("mcp_servers", "the provider of this model does not call MCP servers by itself. Let the client call them, as tools of its own."),
    ]

    var request: ChatRequest

    static func read(_ body: JSONValue, _ facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        var fields = try AnthropicFields(body, at: "")
        var model = try fields.string("model")
        if let named = facts.model { model = named }
        guard let model, !model.isEmpty else { throw .modelMissing }
        var reader = AnthropicRequestReader(request: ChatRequest(format: .anthropic, model: model))
        reader.request.isStreaming = try fields.bool("stream") ?? facts.isStreaming
        try reader.readSystem(&fields)
        try reader.readMessages(&fields)
        try reader.readTools(&fields)
        try reader.readSampling(&fields)
        try reader.readReasoningAndOutput(&fields)
        try reader.readUser(&fields)
        try reader.readContextManagement(&fields)
        reader.readWhatOnlyAnthropicHas(&fields)
        return reader.request
    }

    private mutating func readSampling(_ fields: inout AnthropicFields) throws(GatewayError) {
        request.sampling.outputTokensMax = try fields.count("max_tokens")
        request.sampling.temperature = try fields.number("temperature")
        request.sampling.topP = try fields.number("top_p")
        request.sampling.topK = try fields.count("top_k")
        request.sampling.stop = try fields.strings("stop_sequences") ?? []
    }

    private mutating func readUser(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard var metadata = try fields.fields("metadata") else { return }
        request.user = try metadata.string("user_id")
        request.extras += metadata.unknown.map { ChatExtra($0.field, .hint) }
    }

    /// Clearing old thoughts, which Claude Code asks for, changes nothing where thoughts are not sent back at all. Clearing results of tools does.
    private mutating func readContextManagement(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard var management = try fields.fields("context_management") else { return }
        let edits = try management.array("edits") ?? []
        let areAboutThoughts = edits.allSatisfy { $0["type"]?.string?.hasPrefix("clear_thinking_") ?? false }
        request.extras.append(ChatExtra(management.place, areAboutThoughts && management.unknown.isEmpty ? .hint : .tuning))
    }

    private mutating func readWhatOnlyAnthropicHas(_ fields: inout AnthropicFields) {
        for (member, reason) in Self.bound where fields.value(member) != nil {
            request.extras.append(ChatExtra(member, .meaning(reason)))
        }
        for hint in Self.hints where fields.value(hint) != nil { request.extras.append(ChatExtra(hint, .hint)) }
        request.extras += fields.unknown
    }
}
