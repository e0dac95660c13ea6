package import GatewayCore
package import JSONBytes

/// Token counts as Gemini spells them.
///
/// - SeeAlso: wire.md, sections 5.2 and 7.7
package enum GeminiUsage {
    /// More than any answer has, and few enough to be added up.
    private static let countMax = 1 << 50

    /// Reads a `usageMetadata`.
    ///
    /// - Returns: nil when nothing in it counts tokens. Counts that are missing, negative or no whole numbers are 0.
    package static func read(_ value: JSONValue) -> Usage? {
        let names = ["promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"]
        guard names.contains(where: { value[$0]?.number != nil }) else { return nil }
        let thoughts = count(value["thoughtsTokenCount"])
        let input = count(value["promptTokenCount"]) + count(value["toolUsePromptTokenCount"])
        let output = count(value["candidatesTokenCount"]) + thoughts
        return Usage(
            input: input, output: output, cachedInput: min(input, count(value["cachedContentTokenCount"])),
            audioInput: min(input, audio(value["promptTokensDetails"])), reasoning: thoughts,
            audioOutput: min(output - thoughts, audio(value["candidatesTokensDetails"])),
            cachedAudioInput: min(input, audio(value["cacheTokensDetails"])), serviceTier: tier(value["serviceTier"] ?? value["trafficType"]))
    }

    /// Reads the object at `range` of `text`.
    package static func read(_ text: [UInt8], at range: Range<Int>) -> Usage? {
        (try? JSONValue(parsing: text, in: range)).flatMap(read)
    }

    /// Reads what an answer, or an event of a stream, says of its cost: the tokens, and the searches that were made for it.
    ///
    /// - Parameter answer: with the members `usageMetadata` and `candidates`.
    static func read(_ answer: JSONTopLevel, in text: [UInt8]) -> Usage? {
        guard let field = answer["usageMetadata"], field.kind == .object, var usage = read(text, at: field.value) else { return nil }
        if let candidates = answer["candidates"], candidates.kind == .array { usage.webSearches = searches(text, in: candidates.value) }
        return usage
    }

    private static let searchesMark = Array("webSearchQueries".utf8)

    /// Hardly any answer was searched for: most are not parsed for it.
    private static func searches(_ text: [UInt8], in range: Range<Int>) -> Int {
        let mark = searchesMark
        let isMarked = text[range].indices.contains { text[$0] == mark[0] && text[$0..<range.upperBound].starts(with: mark) }
        guard isMarked, let candidates = try? JSONValue(parsing: text, in: range).array else { return 0 }
        return candidates.reduce(0) { $0 + ($1["groundingMetadata"]?["webSearchQueries"]?.array?.count ?? 0) }
    }

    /// A `usageMetadata`: thoughts apart from the rest of the output, cached input inside the input, and the sum of all.
    package static func json(_ usage: Usage) -> JSONValue {
        let reasoning = min(usage.reasoning, usage.output)
        var json: JSONObject = [
            "promptTokenCount": JSONValue(usage.input), "candidatesTokenCount": JSONValue(usage.output - reasoning),
            "totalTokenCount": JSONValue(usage.input + usage.output),
        ]
        if usage.cachedInput > 0 { json["cachedContentTokenCount"] = JSONValue(usage.cachedInput) }
        if reasoning > 0 { json["thoughtsTokenCount"] = JSONValue(reasoning) }
        if usage.audioInput > 0 { json["promptTokensDetails"] = [["modality": "AUDIO", "tokenCount": JSONValue(usage.audioInput)]] }
        if usage.audioOutput > 0 { json["candidatesTokensDetails"] = [["modality": "AUDIO", "tokenCount": JSONValue(usage.audioOutput)]] }
        return .object(json)
    }

    /// - Parameter word: `standard`, `flex` or `priority`; of Vertex AI `ON_DEMAND_FLEX` and the like.
    private static func tier(_ word: JSONValue?) -> ServiceTier? {
        guard let word = word?.string?.lowercased() else { return nil }
        return ServiceTier(rawValue: word.hasPrefix("on_demand_") ? String(word.dropFirst(10)) : word)
    }

    private static func audio(_ details: JSONValue?) -> Int {
        (details?.array ?? []).filter { $0["modality"]?.string == "AUDIO" }.reduce(0) { min(countMax, $0 + count($1["tokenCount"])) }
    }

    private static func count(_ value: JSONValue?) -> Int { min(countMax, max(0, value?.int ?? 0)) }
}
