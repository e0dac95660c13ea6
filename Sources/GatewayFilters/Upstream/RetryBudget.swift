package import MonotonicClock
import Synchronization

/// Keeps retries a small share of a route's requests, so that a provider in trouble does not get the load of all over again.
///
/// A bucket that each request fills by `percent` of one retry. It also fills slowly by itself, so that a route with little traffic may
/// retry at all. Shared by all workers.
package final class RetryBudget: Sendable {
    /// Retries that can be saved up.
    private static let retriesMax = 100
    /// Retries per second that need no traffic.
    private static let retriesPerSecond = 1

    private let percent: Int
    private let bucket: RetryBucket

    /// - Parameters:
    ///   - percent: 0...100; with 0 nothing is ever retried.
    ///   - bucket: may have been another budget's before: a reload is no reason to begin anew.
    package init(percent: Int, bucket: RetryBucket = RetryBucket()) {
        self.percent = percent
        self.bucket = bucket
    }

    /// A request has come.
    package func countRequest() {
        guard percent > 0 else { return }
        bucket.state.withLock { $0.level = min($0.level + percent, Self.retriesMax * 100) }
    }

    /// - Returns: whether there is a retry left; if so it is taken.
    package func takeRetry(now: Instant) -> Bool {
        guard percent > 0 else { return false }
        return bucket.state.withLock { bucket in
            fill(&bucket, now)
            guard bucket.level >= 100 else { return false }
            bucket.level -= 100
            return true
        }
    }

    /// Takes a retry, left or not: a fallback goes ahead all the same, since it asks somebody else, but it counts.
    package func takeFallback(now: Instant) {
        bucket.state.withLock { bucket in
            fill(&bucket, now)
            bucket.level = max(0, bucket.level - 100)
        }
    }

    /// Up to what a new bucket holds.
    private func fill(_ bucket: inout RetryBucket.State, _ now: Instant) {
        let elapsed = bucket.filledAt.duration(to: now)
        let gained = Int(clamping: elapsed.components.seconds) * 100 * Self.retriesPerSecond
        guard percent > 0, gained > 0 else { return }
        bucket.filledAt = bucket.filledAt.advanced(by: .seconds(elapsed.components.seconds))
        let full = RetryBucket.retriesAtStart * 100
        if bucket.level < full { bucket.level = min(bucket.level.addingReportingOverflow(gained).partialValue, full) }
    }
}

/// The retries that a route has left.
package final class RetryBucket: Sendable {
    fileprivate static let retriesAtStart = 10

    fileprivate struct State {
        /// In hundredths of a retry.
        var level: Int
        var filledAt: Instant
    }

    fileprivate let state: Mutex<State>

    package init(now: Instant = .now) {
        state = Mutex(State(level: Self.retriesAtStart * 100, filledAt: now))
    }
}

/// The buckets of all routes by name, so that a reload gives nobody new retries.
package final class RetryBucketTable: Sendable {
    private let buckets = Mutex<[String: RetryBucket]>([:])

    package init() {}

    /// The bucket of a route, made at its first mention.
    func bucket(of route: String) -> RetryBucket {
        buckets.withLock { buckets in
            let bucket = buckets[route] ?? RetryBucket()
            buckets[route] = bucket
            return bucket
        }
    }

    /// Forgets all routes but these.
    func keep(_ routes: Set<String>) { buckets.withLock { buckets in buckets = buckets.filter { routes.contains($0.key) } } }
}
