import GatewayCore
import JSONBytes

/// Token counts of answers and of the last events of streams.
///
/// - SeeAlso: wire.md, sections 3.4, 7.7 and 10
enum OpenAIResponsesUsage {
    /// - Returns: nil when nothing in it counts tokens.
    static func read(of response: JSONValue?) -> Usage? { OpenAIUsage.read(response?["usage"], tier: response?["service_tier"]) }

    /// Tokens. No answer has as many, and sums of them fit.
    private static let countMax = 1 << 50

    /// All members, as official clients insist on them.
    static func value(_ usage: Usage) -> JSONValue {
        let input = count(usage.input)
        let output = count(usage.output)
        return [
            "input_tokens": JSONValue(input),
            "input_tokens_details": [
                "cached_tokens": JSONValue(count(usage.cachedInput)),
                "cache_write_tokens": JSONValue(count(usage.cacheWrite) + count(usage.cacheWriteHour)),
            ],
            "output_tokens": JSONValue(output),
            "output_tokens_details": ["reasoning_tokens": JSONValue(count(usage.reasoning))],
            "total_tokens": JSONValue(input + output),
        ]
    }

    private static func count(_ tokens: Int) -> Int { min(max(0, tokens), countMax) }
}
