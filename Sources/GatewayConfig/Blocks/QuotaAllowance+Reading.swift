import GatewayCore
import YAMLReader

extension QuotaAllowance {
    /// Stands in for an allowance that could not be read.
    static let unread = QuotaAllowance.atOnce(0)

    private enum Kind: String, CaseIterable, Sendable { case sliding, fixed }

    /// Reads what stands beside the words of `allow`: `window`, `burst`, `time_zone` and `weights`.
    convenience init(_ text: AllowanceText, reading fields: inout Fields) {
        let kind = fields.optional("window", ScalarType<Kind>.choice())
        let burst = fields.optional("burst", .integer(in: 1...1_000_000_000))
        let zone = fields.timeZone("time_zone")
        let weights: QuotaWeights? = fields.optionalBlock("weights") { QuotaWeights(reading: &$0) }
        self.init(Self.measure(text, weights), text.amount, Self.window(text, kind, burst.map { Self.scaled($0, text) }, zone))
        guard text != .unread else { return }
        if text.measure == .weightedTokens, weights == nil { fields.reportMissing("weights", hint: "`weights: { input: 1, output: 5 }`") }
        if text.measure != .weightedTokens, weights != nil {
            fields.conflict("weights are for `weighted tokens`", at: "weights", hint: "write `allow: … weighted tokens per …`")
        }
        let isLength = if case .length = text.time { true } else { false }
        if kind != nil, !isLength {
            fields.conflict("window has no say here: the words of allow say when it begins", at: "window", hint: "remove it")
        }
        if burst != nil, !isLength || kind == .fixed { fields.conflict("burst is for limits whose window slides", at: "burst", hint: "remove it") }
        if case .calendar = text.time { return }
        if zone != nil { fields.conflict("time_zone is for calendar windows", at: "time_zone", hint: "write `allow: … per calendar day`") }
        if kind == .fixed, case .length(let length) = text.time, length.components.attoseconds != 0 {
            fields.conflict("a fixed window has whole seconds", at: "window")
        }
    }

    /// A burst is given in the unit of the allowance; dollars as whole ones.
    private static func scaled(_ burst: Int, _ text: AllowanceText) -> Int {
        text.measure == .money ? min(burst, 1_000_000) * 1_000_000_000 : burst
    }

    private static func measure(_ text: AllowanceText, _ weights: QuotaWeights?) -> Measure {
        switch text.measure {
        case .requests: .requests
        case .tokens: .tokens(.total)
        case .inputTokens: .tokens(.inputOnly)
        case .outputTokens: .tokens(.outputOnly)
        case .weightedTokens: .tokens(weights ?? .total)
        case .money: .money
        case .places: .atOnce
        }
    }

    private static func window(_ text: AllowanceText, _ kind: Kind?, _ burst: Int?, _ zone: TimeZoneRules?) -> Window {
        switch text.time {
        case .length(let length):
            if let burst { return .bucket(burst: burst, refill: length) }
            return kind == .fixed ? .fixed(length) : .sliding(length)
        case .calendar(let unit): return .calendar(CalendarWindow(unit: unit, zone: zone ?? .utc))
        case .open: return .open
        }
    }
}

extension QuotaWeights {
    /// What a token of each class counts; those that are not named count as much as `input` or `output`.
    fileprivate init(reading fields: inout Fields) {
        let input = fields.optional("input", .weight) ?? 1000
        let output = fields.optional("output", .weight) ?? 1000
        self.init(
            input: input, output: output, cachedInput: fields.optional("cached_input", .weight), cacheWrite: fields.optional("cache_write", .weight),
            audioInput: fields.optional("audio_input", .weight), reasoning: fields.optional("reasoning", .weight),
            audioOutput: fields.optional("audio_output", .weight))
        fields.finish()
    }
}

extension ScalarType<Int> {
    /// `1`, `0.1`, `1.25`: in thousandths.
    fileprivate static let weight = ScalarType(placeholder: 1000) { scalar throws(ScalarMistake) in
        let mistake = ScalarMistake("must be a number from 0 to 1000, with at most three digits behind the point, not \(scalar.shown)")
        let parts = scalar.text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = DecimalText.number(parts[0]), whole <= 1000 else { throw mistake }
        guard parts.count == 2 else { return whole * 1000 }
        let digits = parts[1]
        guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
            throw mistake
        }
        return whole * 1000 + (digits.utf8.count..<3).reduce(number) { sum, _ in sum * 10 }
    }
}

extension Fields {
    /// Where the system keeps its compiled zones.
    private static let zoneFolder = "/usr/share/zoneinfo/"
    private static let zoneBytesMax = 64 << 10

    /// An IANA time zone; nil where the key is absent.
    mutating func timeZone(_ key: String) -> TimeZoneRules? {
        guard let node = take(key) else { return nil }
        guard let name = read(node, of: key, .name(alsoWith: "/+")) else { return .utc }
        if name == "UTC" { return .utc }
        guard !name.split(separator: "/", omittingEmptySubsequences: false).contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else {
            context.error("\(key) must be the name of a time zone, such as Europe/Berlin", at: node.position)
            return .utc
        }
        guard let bytes = context.contents(of: Self.zoneFolder + name, bytesMax: Self.zoneBytesMax, at: node.position) else { return .utc }
        if let rules = TimeZoneRules(name: name, compiled: bytes) { return rules }
        context.error("\(Self.zoneFolder)\(name) is no time zone", at: node.position)
        return .utc
    }
}
