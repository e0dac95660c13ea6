import GatewayCore

/// An answer that the gateway does not read: bytes in, bytes out.
final class RawAnswer: BodySource {
    private let answer: any UpstreamAnswer
    private let exchange: Exchange
    private let lease: TargetLease

    init(_ answer: any UpstreamAnswer, for exchange: Exchange, lease: TargetLease) {
        self.answer = answer
        self.exchange = exchange
        self.lease = lease
    }

    func next() async throws(GatewayError) -> BodyChunk? {
        let started = exchange.worker.now
        defer { exchange.record.upstreamTime += started.duration(to: exchange.worker.now) }
        do {
            if let bytes = try await answer.next() { return BodyChunk(bytes) }
            lease.end(.succeeded, now: exchange.worker.now)
            return nil
        } catch {
            exchange.record.attemptEnded(error.kind)
            lease.end(error.targetOutcome, now: exchange.worker.now)
            throw error
        }
    }

    func cancel() {
        answer.cancel()
        exchange.record.attemptEnded(.clientGone)
        lease.end(.unknown, now: exchange.worker.now)
    }
}
