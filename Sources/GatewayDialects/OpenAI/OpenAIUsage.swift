package import GatewayCore
import JSONBytes

/// Token counts as the OpenAI dialect spells them: one way for chat and completions, another for responses.
///
/// - SeeAlso: wire.md, sections 3.2, 3.4, 5.5 and 7.7
package enum OpenAIUsage {
    private static let names: JSONNames = [
        "prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details",
        "input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details", "prompt_cache_hit_tokens", "total_tokens",
    ]

    private static let details: JSONNames = ["cached_tokens", "cache_write_tokens", "audio_tokens", "reasoning_tokens"]

    private struct Places {
        let inputs = (names.place(of: "prompt_tokens"), names.place(of: "input_tokens"))
        let outputs = (names.place(of: "completion_tokens"), names.place(of: "output_tokens"))
        let inputDetails = (names.place(of: "prompt_tokens_details"), names.place(of: "input_tokens_details"))
        let outputDetails = (names.place(of: "completion_tokens_details"), names.place(of: "output_tokens_details"))
        let total = names.place(of: "total_tokens")
        let cacheHits = names.place(of: "prompt_cache_hit_tokens")
        let cached = details.place(of: "cached_tokens")
        let cacheWrite = details.place(of: "cache_write_tokens")
        let audio = details.place(of: "audio_tokens")
        let reasoning = details.place(of: "reasoning_tokens")
    }

    /// An answer has usage for every request: its names are looked for once.
    private static let places = Places()

    private static func first(_ places: (JSONNames.Place, JSONNames.Place), in object: JSONTopLevel) -> JSONField? {
        object[places.0] ?? object[places.1]
    }

    /// Tokens. No answer has as many, and sums of them fit.
    private static let countMax = 1 << 50

    /// Reads the object at `range` of `text`.
    ///
    /// Where the total is more than its two parts, a server counts thoughts in the total only (Gemini's endpoint for OpenAI clients, xAI): they are output.
    ///
    /// - Returns: nil when nothing in it counts tokens. Counts that are missing, negative or no whole numbers are 0; a part is never more than its whole.
    package static func read(_ text: [UInt8], at range: Range<Int>) -> Usage? {
        guard let usage = try? JSONScanner.topLevel(text, in: range, wanted: names) else { return nil }
        let places = places
        let inputField = first(places.inputs, in: usage)
        let outputField = first(places.outputs, in: usage)
        guard inputField != nil || outputField != nil else { return nil }
        let input = count(inputField, in: text) ?? 0
        let said = count(outputField, in: text)
        let thoughts = said.map { max(0, (count(usage[places.total], in: text) ?? 0) - input - $0) } ?? 0
        let output = (said ?? 0) + thoughts
        let inner = scan(first(places.inputDetails, in: usage), of: text)
        let outer = scan(first(places.outputDetails, in: usage), of: text)
        let cached = min(input, count(inner?[places.cached], in: text) ?? count(usage[places.cacheHits], in: text) ?? 0)
        return Usage(
            input: input, output: output, cachedInput: cached,
            cacheWrite: min(input - cached, count(inner?[places.cacheWrite], in: text) ?? 0),
            audioInput: min(input, count(inner?[places.audio], in: text) ?? 0),
            reasoning: min(output, max(thoughts, count(outer?[places.reasoning], in: text) ?? 0)),
            audioOutput: min(output, count(outer?[places.audio], in: text) ?? 0))
    }

    /// Reads what an answer, or the last event of a stream, says of its cost: the tokens, and beside them its class of service and the searches
    /// that were made for it.
    ///
    /// - Parameter answer: with the members `usage`, `service_tier`, `output` and `tool_usage`.
    static func read(_ answer: JSONTopLevel, in text: [UInt8]) -> Usage? {
        guard let field = answer["usage"], field.kind == .object, var usage = read(text, at: field.value) else { return nil }
        if let tier = answer["service_tier"], tier.kind == .string {
            usage.serviceTier = (try? tier.string(in: text)).flatMap(ServiceTier.init(rawValue:))
        }
        if let tools = answer["tool_usage"], tools.kind == .object, let count = searches(text, inTools: tools.value) {
            usage.webSearches = count
        } else if let output = answer["output"], output.kind == .array {
            usage.webSearches = searches(text, in: output.value)
        }
        return usage
    }

    /// `"tool_usage":{"web_search":{"num_requests":1}}`
    private static func searches(_ text: [UInt8], inTools range: Range<Int>) -> Int? {
        (try? JSONValue(parsing: text, in: range))?["web_search"]?["num_requests"]?.int.map { min(max(0, $0), countMax) }
    }

    /// Searches among the items of a response. Opening a page that was found, and looking for words in it, are not billed.
    ///
    /// - SeeAlso: https://developers.openai.com/api/docs/guides/tools-web-search
    private static func searches(_ text: [UInt8], in range: Range<Int>) -> Int {
        let mark = Array("web_search_call".utf8)
        // Hardly any answer has one: most are not parsed.
        let isMarked = text[range].indices.contains { text[$0] == mark[0] && text[$0..<range.upperBound].starts(with: mark) }
        guard isMarked, let items = try? JSONValue(parsing: text, in: range).array else { return 0 }
        return items.count { item in
            item["type"]?.string == "web_search_call" && ["search", nil].contains(item["action"]?["type"]?.string)
        }
    }

    private static func scan(_ field: JSONField?, of text: [UInt8]) -> JSONTopLevel? {
        guard let field, field.kind == .object else { return nil }
        return try? JSONScanner.topLevel(text, in: field.value, wanted: details)
    }

    private static func count(_ field: JSONField?, in text: [UInt8]) -> Int? {
        guard let field, field.kind == .number else { return nil }
        if let count = plain(text[field.value]) { return count }
        return (try? field.int(in: text)).map { min(max(0, $0), countMax) }
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
