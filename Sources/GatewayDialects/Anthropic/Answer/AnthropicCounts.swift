import GatewayCore
import JSONBytes

/// Token counts as Anthropic gives them: bit by bit, a later word replacing an earlier one, absence and null leaving it.
///
/// `input_tokens` leaves out what went through the prompt cache: the whole input is the sum of three counts.
///
/// - SeeAlso: wire.md, sections 4.2, 4.3 and 7.7
struct AnthropicCounts: Equatable, Sendable {
    private var input: Int?
    private var output: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var cacheWriteMinutes: Int?
    private var cacheWriteHour: Int?
    private var thinking: Int?
    private var webSearches: Int?
    private var tier: ServiceTier?

    init() {}

    /// - Parameter usage: a `usage` object; anything else changes nothing.
    mutating func merge(_ usage: JSONValue?) {
        guard let usage = usage?.object else { return }
        Self.take(usage["input_tokens"], into: &input)
        Self.take(usage["output_tokens"], into: &output)
        Self.take(usage["cache_read_input_tokens"], into: &cacheRead)
        Self.take(usage["cache_creation_input_tokens"], into: &cacheWrite)
        Self.take(usage["cache_creation"]?["ephemeral_5m_input_tokens"], into: &cacheWriteMinutes)
        Self.take(usage["cache_creation"]?["ephemeral_1h_input_tokens"], into: &cacheWriteHour)
        Self.take(usage["output_tokens_details"]?["thinking_tokens"], into: &thinking)
        Self.take(usage["server_tool_use"]?["web_search_requests"], into: &webSearches)
        let words = [usage["speed"], usage["service_tier"]].lazy.compactMap { $0?.string }
        tier = words.compactMap(ServiceTier.init(rawValue:)).first ?? tier
    }

    /// nil when nothing has been counted.
    var usage: Usage? {
        guard input != nil || output != nil else { return nil }
        let written = cacheWrite ?? (cacheWriteMinutes ?? 0) + (cacheWriteHour ?? 0)
        let hour = min(written, cacheWriteHour ?? 0)
        let read = cacheRead ?? 0
        let output = output ?? 0
        return Usage(
            input: (input ?? 0) + read + written, output: output, cachedInput: read, cacheWrite: written - hour, cacheWriteHour: hour,
            reasoning: min(output, thinking ?? 0), webSearches: webSearches ?? 0, serviceTier: tier)
    }

    /// More than any answer has, and few enough to be added up.
    private static let countMax = 1 << 50

    private static func take(_ value: JSONValue?, into count: inout Int?) {
        guard let number = value?.int else { return }
        count = min(countMax, max(0, number))
    }
}

extension AnthropicCounts {
    /// Counts for a client. Kinds of input stand apart, as this format has them.
    static func written(_ usage: Usage?) -> JSONObject {
        guard let usage else { return ["input_tokens": 0, "output_tokens": 0] }
        var counts: JSONObject = [
            "input_tokens": JSONValue(usage.uncachedInput), "cache_creation_input_tokens": JSONValue(usage.cacheWrite + usage.cacheWriteHour),
            "cache_read_input_tokens": JSONValue(usage.cachedInput),
        ]
        if usage.cacheWrite + usage.cacheWriteHour > 0 {
            counts["cache_creation"] = [
                "ephemeral_5m_input_tokens": JSONValue(usage.cacheWrite), "ephemeral_1h_input_tokens": JSONValue(usage.cacheWriteHour),
            ]
        }
        counts["output_tokens"] = JSONValue(usage.output)
        if usage.reasoning > 0 { counts["output_tokens_details"] = ["thinking_tokens": JSONValue(usage.reasoning)] }
        return counts
    }
}
