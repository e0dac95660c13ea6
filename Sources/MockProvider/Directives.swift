/// How one answer is to be given: what a test, a benchmark or a demo asks of the mock provider.
///
/// Written as a list, `status=503,retry-after=7` (commas, semicolons and spaces divide), and taken from three places, later ones
/// adding to earlier ones: the defaults of the process, the path (`/mock/LIST/v1/chat/completions`), and the request's `x-mock`
/// fields. Names it does not know are kept in `unknown`, and answered 400: a test with a typing mistake must not pass.
package struct Directives: Equatable, Sendable {
    // What is answered.
    var status: Int?
    var retryAfterSeconds: Int?
    /// Pieces of a streamed answer, and words of one that is not.
    var chunks: Int?
    /// Bytes of text in the answer.
    var textBytes: Int?
    /// Bytes of the whole body, made beforehand; the request's body is not looked at.
    var fixedBytes: Int?
    var echoes = false
    var html = false
    var redirects = false
    var gzip = false
    var garbageBody = false
    var headerBytes: Int?
    /// How many calls of the request's tools are made, in turn; 0: none, as without it.
    var calls: Int?
    var thinks = false
    /// `length`, `filter` or `sequence` instead of the usual end.
    var stop: String?
    /// Part of the input that came from the provider's cache.
    var cachedTokens: Int?
    var omitsUsage = false
    var omitsDone = false
    /// The place, from 0, of an event that tells of an error and ends the stream.
    var errorEventAfter: Int?

    // How it is delivered.
    var delay = Duration.zero
    var interval = Duration.zero
    var dripBytes: Int?
    var interimAnswers = 0
    var switchesProtocol = false
    var closes = false

    // How it goes wrong.
    var garbage = false
    var hangs = false
    var hangsAfterHead = false
    var hangsAfterChunks: Int?
    var cutsBeforeHead = false
    var resets = false
    var cutAfterBytes: Int?

    // Which requests are meant.
    var id: String?
    var failFirst: Int?

    var unknown: [String] = []

    package init() {}

    package init(_ text: String) { apply(text) }

    /// What was not understood; empty when all was.
    package var mistakes: [String] { unknown }

    mutating func apply(_ text: String) {
        for item in text.split(whereSeparator: { $0 == "," || $0 == ";" || $0 == " " }) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1]) : nil
            if !apply(String(parts[0]), value) { unknown.append(String(item)) }
        }
    }

    /// - Returns: false when the name or the value is not understood.
    private mutating func apply(_ name: String, _ value: String?) -> Bool {
        if let flag = Self.flags[name], value == nil {
            self[keyPath: flag] = true
            return true
        }
        if let count = Self.counts[name], let number = value.flatMap(Int.init), (0...1_000_000_000).contains(number) {
            self[keyPath: count] = number
            return true
        }
        if let time = Self.times[name], let duration = value.flatMap(Self.duration) {
            self[keyPath: time] = duration
            return true
        }
        return applyOther(name, value)
    }

    private mutating func applyOther(_ name: String, _ value: String?) -> Bool {
        switch (name, value) {
        case ("error-event", nil): errorEventAfter = 0
        case ("interim", let value?): interimAnswers = min(1000, Int(value) ?? 1)
        case ("id", let value?): id = String(value.prefix(64))
        case ("stop", let value?) where ["length", "filter", "sequence"].contains(value): stop = value
        default: return false
        }
        return true
    }

    private static let flags: [String: any WritableKeyPath<Directives, Bool> & Sendable] = [
        "echo": \.echoes, "html": \.html, "redirect": \.redirects, "gzip": \.gzip, "garbage-body": \.garbageBody, "no-usage": \.omitsUsage,
        "no-done": \.omitsDone, "thinking": \.thinks, "switch": \.switchesProtocol, "close": \.closes, "garbage": \.garbage, "hang": \.hangs,
        "hang-after-head": \.hangsAfterHead, "cut-before-head": \.cutsBeforeHead, "reset": \.resets,
    ]

    private static let counts: [String: any WritableKeyPath<Directives, Int?> & Sendable] = [
        "status": \.status, "retry-after": \.retryAfterSeconds, "chunks": \.chunks, "size": \.textBytes, "fixed": \.fixedBytes,
        "big-header": \.headerBytes, "error-event-after": \.errorEventAfter, "drip": \.dripBytes, "hang-after-chunks": \.hangsAfterChunks,
        "cut-after": \.cutAfterBytes, "fail-first": \.failFirst, "calls": \.calls, "cached": \.cachedTokens,
    ]

    private static let times: [String: any WritableKeyPath<Directives, Duration> & Sendable] = ["delay": \.delay, "interval": \.interval]

    /// `250ms`, `10s`, `100us`.
    private static func duration(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number <= 86_400_000 else { return nil }
        return switch text.dropFirst(digits.count) {
        case "us": .microseconds(number)
        case "ms": .milliseconds(number)
        case "s": .seconds(number)
        default: nil
        }
    }

    /// Whether a whole answer can go out at once.
    var needsNoTime: Bool {
        delay == .zero && dripBytes == nil && interimAnswers == 0 && !switchesProtocol && !closes && !garbage && !hangs && !hangsAfterHead
            && !cutsBeforeHead && !resets && cutAfterBytes == nil
    }
}
