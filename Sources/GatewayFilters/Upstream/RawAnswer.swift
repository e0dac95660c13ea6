import GatewayCore
import MonotonicClock

/// An answer that the gateway does not read: bytes in, bytes out.
final class RawAnswer: BodySource {
    private let answer: any UpstreamAnswer
    private let exchange: Exchange
    private let lease: TargetLease
    private var isOver = false

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
            isOver = true
            lease.end(.succeeded, now: exchange.worker.now)
            return nil
        } catch {
            isOver = true
            exchange.record.attemptEnded(error.kind)
            lease.end(error.targetOutcome, now: exchange.worker.now)
            throw error
        }
    }

    func cancel() {
        guard !isOver else { return }
        isOver = true
        answer.cancel()
        exchange.record.attemptEnded(.clientGone)
        lease.end(.unknown, now: exchange.worker.now)
    }
}
