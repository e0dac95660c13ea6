package import GatewayCore

/// A complete answer, kept for those who ask the same.
package final class StoredAnswer: Sendable {
    package enum Content: Equatable, Sendable {
        case json([UInt8])
        case stream([BodyChunk])
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
    package let headers: [HeaderField]
    package let storedAt: ContinuousClock.Instant
    package let keep: Duration
    package let provider: String?
    package let modelUsed: String?
    package let modelLabel: String?
    package let usage: Usage?
    /// Memory it takes, overheads included.
    package let byteCount: Int

    /// - Parameter headers: all that came with the answer; the shared ones are kept.
    package init(_ content: Content, headers: [HeaderField], record: RequestRecord, storedAt: ContinuousClock.Instant, keep: Duration) {
        self.content = content
        converted = nil
        self.headers = headers.filter { Self.sharedHeaders.contains($0.name) }
        self.storedAt = storedAt
        self.keep = keep
        provider = record.provider
        modelUsed = record.modelUsed
        modelLabel = record.modelLabel
        usage = record.usage
        byteCount = Self.entryOverheadBytes + content.byteCount
    }

    /// The same answer, and also in its other form.
    init(_ answer: StoredAnswer, converted: Content) {
        content = answer.content
        self.converted = converted
        headers = answer.headers
        storedAt = answer.storedAt
        keep = answer.keep
        provider = answer.provider
        modelUsed = answer.modelUsed
        modelLabel = answer.modelLabel
        usage = answer.usage
        byteCount = Self.entryOverheadBytes + answer.content.byteCount + converted.byteCount
    }

    /// Never below zero: workers read their clocks at different moments.
    package func age(at now: ContinuousClock.Instant) -> Duration {
        max(.zero, now - storedAt)
    }
}

extension StoredAnswer.Content {
    /// What a chunk takes beside its bytes: an array's head, its rounding, and a place in the list.
    private static let chunkOverheadBytes = 64

    package var isStream: Bool { if case .stream = self { true } else { false } }

    /// Memory it takes.
    fileprivate var byteCount: Int {
        switch self {
        case .json(let bytes): bytes.count + Self.chunkOverheadBytes
        case .stream(let chunks): chunks.reduce(0) { $0 + $1.bytes.count + Self.chunkOverheadBytes }
        }
    }
}
