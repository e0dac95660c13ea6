package import HTTPWire
import Synchronization

/// What one listener grants its clients. All time-outs are totals on the monotonic clock.
package struct HTTPServerLimits: Equatable, Sendable {
    package var wire = HTTPLimits()
    /// Open connections over all workers; one more is answered 503 and closed.
    package var connections = 10_000
    /// Has one connection more take the place of one that asks nothing. For a listener of one loop.
    package var replacesSilent = false
    /// From the first byte of a request's head to its last.
    package var headerTimeout = Duration.seconds(10)
    /// From the end of the head to the last byte of the body.
    package var bodyTimeout = Duration.seconds(60)
    /// Between requests, and before the first.
    package var idleTimeout = Duration.seconds(120)
    /// For a client that takes nothing of an answer that waits for it.
    package var writeTimeout = Duration.seconds(60)
    package var requestsPerConnection = 100_000

    package init() {}
}

/// Bytes of request bodies held at once by all workers.
package final class BodyBudget: Sendable {
    private let limit: Atomic<Int>
    private let used = Atomic<Int>(0)

    package init(bytesMax: Int) { limit = Atomic(bytesMax) }

    package var bytesMax: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    package var bytesUsed: Int { used.load(ordering: .relaxed) }

    /// - Returns: false, and takes nothing, when too little is left.
    func take(_ count: Int) -> Bool {
        guard used.add(count, ordering: .relaxed).newValue <= bytesMax else {
            used.subtract(count, ordering: .relaxed)
            return false
        }
        return true
    }

    func giveBack(_ count: Int) {
        if count > 0 { used.subtract(count, ordering: .relaxed) }
    }
}
