import GatewayCore
import GatewayDialects
import HTTPWire
import MonotonicClock

// An answer as bytes, without what belongs to one process: its age is the store's to know, and the other form can be made again.
extension StoredAnswer {
    private static let headersMax = 64

    func write(to fields: inout ByteFieldWriter) {
        fields.append([about.keep.milliseconds, about.stale.milliseconds, about.tag.mark])
        fields.append(about.tag.route)
        fields.append(about.tag.caller)
        fields.append(about.provider)
        fields.append(about.modelUsed)
        fields.append(about.modelLabel)
        fields.append(about.format?.rawValue)
        fields.append(about.usage?.counts ?? [])
        fields.append(about.cost.map { [$0.nanodollars] } ?? [])
        fields.append(about.headers.count)
        for header in about.headers {
            fields.append(header.name)
            fields.append(header.value)
        }
        content.write(to: &fields)
    }

    /// - Parameter storedAt: when it was kept, by this process' clock.
    /// - Returns: nil for bytes that no answer was written as.
    static func read(_ bytes: [UInt8], storedAt: Instant) -> StoredAnswer? {
        var fields = ByteFieldReader(bytes)
        guard let times = fields.numbers(countMax: 3), times.count == 3, times.allSatisfy({ $0 >= 0 }) else { return nil }
        var about = About(storedAt: storedAt, keep: .milliseconds(times[0]), stale: .milliseconds(times[1]))
        about.tag.mark = times[2]
        guard let route = fields.text(), let caller = fields.optionalText(), let provider = fields.optionalText(),
            let modelUsed = fields.optionalText(), let modelLabel = fields.optionalText(), let format = fields.optionalText(),
            let usage = fields.numbers(countMax: Usage.countsMax), let cost = fields.numbers(countMax: 1), let headers = headers(&fields)
        else { return nil }
        about.tag.route = route
        about.tag.caller = caller
        (about.provider, about.modelUsed, about.modelLabel) = (provider, modelUsed, modelLabel)
        about.headers = headers
        about.cost = cost.first.map { Money(nanodollars: $0) }
        if let format {
            guard let known = ChatFormat(rawValue: format) else { return nil }
            about.format = known
        }
        if !usage.isEmpty {
            guard let counts = Usage(counts: usage) else { return nil }
            about.usage = counts
        }
        guard let content = Content.read(&fields), fields.isAtEnd else { return nil }
        return StoredAnswer(content, about: about)
    }

    private static func headers(_ fields: inout ByteFieldReader) -> [HeaderField]? {
        guard let count = fields.number(), (0...headersMax).contains(count) else { return nil }
        var headers: [HeaderField] = []
        for _ in 0..<count {
            guard let name = fields.text(), let value = fields.text() else { return nil }
            headers.append(HeaderField(name, value))
        }
        return headers
    }
}

extension StoredAnswer.Content {
    fileprivate func write(to fields: inout ByteFieldWriter) {
        switch self {
        case .json(let bytes):
            fields.append(UInt8(ascii: "j"))
            fields.append(bytes)
        case .stream(let chunks):
            fields.append(UInt8(ascii: "s"))
            fields.append(chunks.count)
            for chunk in chunks {
                fields.append(chunk.isUsageOnly ? 1 : 0 as UInt8)
                fields.append(chunk.bytes)
            }
        case .refusal(let bytes):
            fields.append(UInt8(ascii: "r"))
            fields.append(bytes)
        case .alias(let key):
            fields.append(UInt8(ascii: "a"))
            fields.append(key.bytes)
        }
    }

    fileprivate static func read(_ fields: inout ByteFieldReader) -> Self? {
        switch fields.byte() {
        case UInt8(ascii: "j"): return fields.field().map { .json($0) }
        case UInt8(ascii: "r"): return fields.field().map { .refusal($0) }
        case UInt8(ascii: "a"): return fields.field().flatMap { CacheKey(bytes: $0) }.map { .alias($0) }
        case UInt8(ascii: "s"): return chunks(&fields).map { .stream($0) }
        default: return nil
        }
    }

    private static func chunks(_ fields: inout ByteFieldReader) -> [BodyChunk]? {
        guard let count = fields.number(), count >= 0 else { return nil }
        var chunks: [BodyChunk] = []
        for _ in 0..<count {
            guard let flag = fields.byte(), flag <= 1, let bytes = fields.field() else { return nil }
            chunks.append(BodyChunk(bytes, isUsageOnly: flag == 1))
        }
        return chunks
    }
}

extension Usage {
    static let countsMax = 13

    /// All of it, as numbers in an order that only ever grows at its end.
    fileprivate var counts: [Int] {
        let tier = serviceTier.flatMap { ServiceTier.allCases.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        return [
            input, output, cachedInput, cacheWrite, cacheWriteHour, audioInput, reasoning, audioOutput, isComplete ? 1 : 0, isEstimate ? 1 : 0,
            cachedAudioInput, webSearches, tier,
        ]
    }

    /// - Returns: nil for numbers of another version.
    fileprivate init?(counts: [Int]) {
        guard counts.count == Self.countsMax, counts.allSatisfy({ $0 >= 0 }), counts[12] <= ServiceTier.allCases.count else { return nil }
        self.init(
            input: counts[0], output: counts[1], cachedInput: counts[2], cacheWrite: counts[3], cacheWriteHour: counts[4], audioInput: counts[5],
            reasoning: counts[6], audioOutput: counts[7], cachedAudioInput: counts[10], webSearches: counts[11],
            serviceTier: counts[12] == 0 ? nil : ServiceTier.allCases[counts[12] - 1], isComplete: counts[8] == 1, isEstimate: counts[9] == 1)
    }
}
