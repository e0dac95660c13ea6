package import GatewayCore
import JSONBytes

/// Token counts as the OpenAI dialect spells them: one way for chat and completions, another for responses.
///
/// - SeeAlso: wire.md, sections 3.2, 3.4 and 7.7
package enum OpenAIUsage {
    private static let names: JSONNames = [
        "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details",
        "input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details", "prompt_cache_hit_tokens",
    ]

    private static let details: JSONNames = ["cached_tokens", "reasoning_tokens"]

    /// Reads the object at `range` of `text`.
    ///
    /// - Returns: nil when nothing in it counts tokens. Counts that are missing, negative or no whole numbers are 0.
    package static func read(_ text: [UInt8], at range: Range<Int>) -> Usage? {
        guard let usage = try? JSONScanner.topLevel(text, in: range, wanted: names) else { return nil }
        let input = usage["prompt_tokens"] ?? usage["input_tokens"]
        let output = usage["completion_tokens"] ?? usage["output_tokens"]
        guard input != nil || output != nil else { return nil }
        let cached =
            detail("cached_tokens", in: usage["prompt_tokens_details"] ?? usage["input_tokens_details"], of: text)
            ?? count(usage["prompt_cache_hit_tokens"], in: text)
        let reasoning = detail("reasoning_tokens", in: usage["completion_tokens_details"] ?? usage["output_tokens_details"], of: text)
        return Usage(
            input: count(input, in: text) ?? 0, output: count(output, in: text) ?? 0, cachedInput: cached ?? 0, reasoning: reasoning ?? 0)
    }

    private static func detail(_ name: String, in field: JSONField?, of text: [UInt8]) -> Int? {
        guard let field, field.kind == .object else { return nil }
        guard let inner = try? JSONScanner.topLevel(text, in: field.value, wanted: Self.details) else { return nil }
        return count(inner[name], in: text)
    }

    private static func count(_ field: JSONField?, in text: [UInt8]) -> Int? {
        guard let field, field.kind == .number else { return nil }
        if let count = plain(text[field.value]) { return count }
        return (try? field.int(in: text)).map { max(0, $0) }
    }

    /// A few digits and nothing else, as counts are spelled.
    private static func plain(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count <= 15 else { return nil }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
