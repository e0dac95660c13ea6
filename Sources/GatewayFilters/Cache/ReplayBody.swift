import GatewayCore

/// Gives out the chunks of a kept stream again.
final class ReplayBody: BodySource {
    private let chunks: [BodyChunk]
    private var position = 0

    init(_ chunks: [BodyChunk]) {
        self.chunks = chunks
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        guard position < chunks.count else { return nil }
        defer { position += 1 }
        return chunks[position]
    }

    func cancel() {
        position = chunks.count
    }
}
