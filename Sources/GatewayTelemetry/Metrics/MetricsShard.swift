package import GatewayCore
import MonotonicClock
import Synchronization

/// What one worker counts.
///
/// The worker is its only writer. Its lock is taken by nobody else but a scrape, for as long as it takes to copy a few references,
/// so that recording costs a fraction of a microsecond and waits for no other worker.
package final class MetricsShard: Sendable {
    private let directory: SeriesDirectory
    private let tables = Mutex(SeriesTables())
    let redis = Mutex(RedisSeries())
    private let inflight = Atomic(0)
    private let connections = Atomic(0)
    private let connectionsAccepted = Atomic<UInt64>(0)
    private let takesRequests = Atomic(true)
    /// Milliseconds since `epoch`; nothing yet: below zero.
    private let lastBeat = Atomic(-1)
    private let epoch: Instant
    private let now: @Sendable () -> Instant

    /// A worker that has not been heard of for so long does not take requests, whatever it listens on.
    static let silenceMax = Duration.seconds(5)

    init(directory: SeriesDirectory, now: @escaping @Sendable () -> Instant) {
        self.directory = directory
        self.now = now
        epoch = now()
    }

    /// Says that the worker's loop turns. To be said each second.
    package func beat() {
        lastBeat.store(Int((now() - epoch) / .milliseconds(1)), ordering: .relaxed)
    }

    /// From now on the worker is not ready, however alive.
    package func stopTakingRequests() { takesRequests.store(false, ordering: .relaxed) }

    /// Whether this worker turns and takes requests.
    package var isReady: Bool {
        let beat = lastBeat.load(ordering: .relaxed)
        return takesRequests.load(ordering: .relaxed) && beat >= 0 && now() - epoch - .milliseconds(beat) < Self.silenceMax
    }

    package func connectionOpened() {
        connections.add(1, ordering: .relaxed)
        connectionsAccepted.add(1, ordering: .relaxed)
    }

    package func connectionClosed() {
        connections.subtract(1, ordering: .relaxed)
    }

    package func connectionRefused(_ reason: RefusedConnection) {
        tables.withLock { $0.countRefusal(reason) }
    }

    /// A request that ended before it was one: it broke a rule of HTTP or a limit, and no route saw it.
    package func wireError(status: Int) {
        tables.withLock { $0.countWireError(status: status) }
    }

    package func requestStarted() {
        inflight.add(1, ordering: .relaxed)
    }

    /// Counts a request of which nothing more will come. Once for each `requestStarted`.
    ///
    /// - Parameter isStreaming: only answers that were asked for as a stream have a time to the first token.
    package func requestEnded(_ record: RequestRecord, times: RequestTimes, isStreaming: Bool) {
        inflight.subtract(1, ordering: .relaxed)
        tables.withLock { $0.count(record, times, isStreaming: isStreaming, directory: directory) }
    }

    var inflightCount: Int { inflight.load(ordering: .relaxed) }

    struct Snapshot {
        let tables: SeriesTables
        let inflight: Int
        let connections: Int
        let connectionsAccepted: UInt64
        let isReady: Bool
        let redis: RedisSeries
    }

    func snapshot() -> Snapshot {
        Snapshot(
            tables: tables.withLock { $0 }, inflight: inflightCount, connections: connections.load(ordering: .relaxed),
            connectionsAccepted: connectionsAccepted.load(ordering: .relaxed), isReady: isReady,
            redis: redis.withLock { $0 })
    }
}
