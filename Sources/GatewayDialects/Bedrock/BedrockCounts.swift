import GatewayCore
import JSONBytes

/// Token counts: what went through the prompt cache stands beside `inputTokens`, as at Anthropic.
enum BedrockCounts {
    /// - Returns: nil when nothing was counted.
    static func usage(_ value: JSONValue?) -> Usage? {
        guard let counts = value?.object, let output = number(counts["outputTokens"]) ?? number(counts["inputTokens"]).map({ _ in 0 }) else {
            return nil
        }
        let read = number(counts["cacheReadInputTokens"]) ?? 0
        let written = number(counts["cacheWriteInputTokens"]) ?? 0
        let hours = (counts["cacheDetails"]?.array ?? []).filter { $0["ttl"] == "1h" }.compactMap { number($0["inputTokens"]) }
        let hour = min(written, hours.reduce(0, sum))
        return Usage(
            input: sum(number(counts["inputTokens"]) ?? 0, sum(read, written)), output: output, cachedInput: read, cacheWrite: written - hour,
            cacheWriteHour: hour)
    }

    private static func number(_ value: JSONValue?) -> Int? { value?.int.map { max(0, $0) } }

    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, isTooLarge) = one.addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
