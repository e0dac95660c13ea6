import GatewayCore
import MonotonicClock

@testable import GatewayFilters

/// A worker with a connection to Redis and a clock that a test moves. What it spawns runs on its thread.
final class QuotaWorker: WorkerServices {
    var now: Instant
    var secondsSince1970: Int
    let connection: BlockingRedis?
    private let thread: WorkerThread
    private var generator = SystemRandomNumberGenerator()

    init(_ connection: BlockingRedis?, now: Instant = .now, unix: Int = 1_790_000_000, thread: WorkerThread = WorkerThread()) {
        self.connection = connection
        self.now = now
        secondsSince1970 = unix
        self.thread = thread
    }

    var redis: (any RedisPort)? { connection }

    func send(_ request: UpstreamRequest, cancellation: Cancellation) async throws(GatewayError) -> any UpstreamAnswer { FakeAnswer() }

    /// A pause between two attempts is over at once; who would wait for longer gives up.
    func sleep(for duration: Duration, cancellation: Cancellation) async throws(GatewayError) {
        guard duration <= .seconds(1) else { throw .draining }
        await Task.yield()
    }

    func spawn(_ operation: sending @escaping () async -> Void) {
        let handed = HandedOver(operation: operation)
        let thread = thread
        Task { await thread.run(handed.operation) }
    }

    private struct HandedOver: @unchecked Sendable { let operation: () async -> Void }

    func random(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
}
