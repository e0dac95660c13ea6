package import GatewayCore
package import GatewayDialects
package import HTTPWire
package import MonotonicClock

/// A complete answer, kept for those who ask the same.
package final class StoredAnswer: Sendable {
    package enum Content: Equatable, Sendable {
        case json([UInt8])
        case stream([BodyChunk])
        /// What a provider said instead of an answer, status 400, to a request that it will never answer.
        case refusal([UInt8])
        /// The answer is kept under another key.
        case alias(CacheKey)
    }

    /// Headers that belong to an answer, whoever gets it. Limits, cookies and the like belong to one request.
    package static let sharedHeaders: Set<String> = [
        "content-type", "content-language", "cache-control", "x-accel-buffering", "x-request-id", "request-id", "openai-version", "x-weir-dropped",
    ]
    /// What an entry takes beside its content: this object, its place in the store, headers and names.
    private static let entryOverheadBytes = 768
    package let content: Content
    /// The same in the other form, once somebody has asked for it.
    package let converted: Content?
    package let about: About
    /// Memory it takes, overheads included.
    package let byteCount: Int

    /// What is known of an answer.
    package struct About: Equatable, Sendable {
        package var headers: [HeaderField] = []
        package var storedAt: Instant
        /// How long it is fresh.
        package var keep: Duration
        /// How long after that it may still be of use.
        package var stale: Duration
        package var provider: String?
        package var modelUsed: String?
        package var modelLabel: String?
        package var usage: Usage?
        /// What it cost when it was made.
        package var cost: Money?
        /// The format of the conversation that it is written in; nil: it is of no conversation.
        package var format: ChatFormat?
        package var tag = PurgeTag()

        init(storedAt: Instant, keep: Duration, stale: Duration = .zero) {
            self.storedAt = storedAt
            self.keep = keep
            self.stale = stale
        }
    }

    package init(_ content: Content, converted: Content? = nil, about: About) {
        self.content = content
        self.converted = converted
        self.about = about
        byteCount = Self.entryOverheadBytes + content.byteCount + (converted?.byteCount ?? 0)
    }

    /// - Parameter headers: all that came with the answer; the shared ones are kept.
    package convenience init(
        _ content: Content, headers: [HeaderField], record: RequestRecord, storedAt: Instant, keep: Duration,
        stale: Duration = .zero, format: ChatFormat? = nil, tag: PurgeTag = PurgeTag()
    ) {
        var about = About(storedAt: storedAt, keep: keep, stale: stale)
        about.headers = headers.filter { Self.sharedHeaders.contains($0.name) }
        about.provider = record.provider
        about.modelUsed = record.modelUsed
        about.modelLabel = record.modelLabel
        about.usage = record.usage
        // Failed attempts before it were no part of the answer.
        about.cost = record.costOfAnswer
        about.format = format
        about.tag = tag
        self.init(content, about: about)
    }

    /// The same answer, and also in its other form.
    convenience init(_ answer: StoredAnswer, converted: Content) {
        self.init(answer.content, converted: converted, about: answer.about)
    }

    package var keep: Duration { about.keep }
    package var stale: Duration { about.stale }
    package var provider: String? { about.provider }

    /// Never below zero: workers read their clocks at different moments.
    package func age(at now: Instant) -> Duration {
        max(.zero, now - about.storedAt)
    }

    /// How long it is kept, fresh or not.
    var lifetime: Duration { about.keep + about.stale }

    var refusal: [UInt8]? { if case .refusal(let body) = content { body } else { nil } }
    var alias: CacheKey? { if case .alias(let key) = content { key } else { nil } }
}

extension StoredAnswer.Content {
    /// What a chunk takes beside its bytes: an array's head, its rounding, and a place in the list.
    private static let chunkOverheadBytes = 64

    package var isStream: Bool { if case .stream = self { true } else { false } }

    /// Memory it takes.
    var byteCount: Int {
        switch self {
        case .json(let bytes), .refusal(let bytes): bytes.count + Self.chunkOverheadBytes
        case .stream(let chunks): chunks.reduce(0) { $0 + $1.bytes.count + Self.chunkOverheadBytes }
        case .alias: 0
        }
    }
}
