import GatewayCore
import JSONBytes

// Token counts in answers that are taken apart.
extension OpenAIUsage {
    /// - Parameter tier: the answer's `service_tier`.
    /// - Returns: nil for anything but an object that counts tokens.
    static func read(_ value: JSONValue?, tier: JSONValue? = nil) -> Usage? {
        guard let value, value.object != nil else { return nil }
        let bytes = value.written()
        var usage = read(bytes, at: 0..<bytes.count)
        usage?.serviceTier = tier?.string.flatMap(ServiceTier.init(rawValue:))
        return usage
    }

    /// As chat completions have them: the parts are inside their wholes (wire.md, section 7.7).
    static func chat(_ usage: Usage) -> JSONValue {
        [
            "prompt_tokens": .init(usage.input), "completion_tokens": .init(usage.output), "total_tokens": .init(usage.input + usage.output),
            "prompt_tokens_details": [
                "cached_tokens": .init(usage.cachedInput), "cache_write_tokens": .init(usage.cacheWrite + usage.cacheWriteHour),
                "audio_tokens": .init(usage.audioInput),
            ],
            "completion_tokens_details": ["reasoning_tokens": .init(usage.reasoning), "audio_tokens": .init(usage.audioOutput)],
        ]
    }
}
