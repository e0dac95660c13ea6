import Synchronization

/// Keeps retries a small share of a route's requests, so that a provider in trouble does not get the load of all over again.
///
/// A bucket that each request fills by `percent` of one retry. It also fills slowly by itself, so that a route with little traffic may
/// retry at all. Shared by all workers.
package final class RetryBudget: Sendable {
    /// Retries that can be saved up, and that a new bucket holds.
    private static let retriesMax = 100
    private static let retriesAtStart = 10
    /// Retries per second that need no traffic.
    private static let retriesPerSecond = 1

    private struct Bucket {
        /// In hundredths of a retry.
        var level: Int
        var filledAt: ContinuousClock.Instant
    }

    private let percent: Int
    private let bucket: Mutex<Bucket>

    /// - Parameter percent: 0...100; with 0 nothing is ever retried.
    package init(percent: Int, now: ContinuousClock.Instant = .now) {
        self.percent = percent
        bucket = Mutex(Bucket(level: percent == 0 ? 0 : Self.retriesAtStart * 100, filledAt: now))
    }

    /// A request has come.
    package func countRequest() {
        guard percent > 0 else { return }
        bucket.withLock { $0.level = min($0.level + percent, Self.retriesMax * 100) }
    }

    /// - Returns: whether there is a retry left; if so it is taken.
    package func takeRetry(now: ContinuousClock.Instant) -> Bool {
        bucket.withLock { bucket in
            fill(&bucket, now)
            guard bucket.level >= 100 else { return false }
            bucket.level -= 100
            return true
        }
    }

    /// Takes a retry, left or not: a fallback goes ahead all the same, since it asks somebody else, but it counts.
    package func takeFallback(now: ContinuousClock.Instant) {
        bucket.withLock { bucket in
            fill(&bucket, now)
            bucket.level = max(0, bucket.level - 100)
        }
    }

    /// Up to what a new bucket holds.
    private func fill(_ bucket: inout Bucket, _ now: ContinuousClock.Instant) {
        let elapsed = bucket.filledAt.duration(to: now)
        let gained = Int(clamping: elapsed.components.seconds) * 100 * Self.retriesPerSecond
        guard percent > 0, gained > 0 else { return }
        bucket.filledAt = bucket.filledAt.advanced(by: .seconds(elapsed.components.seconds))
        let full = Self.retriesAtStart * 100
        if bucket.level < full { bucket.level = min(bucket.level.addingReportingOverflow(gained).partialValue, full) }
    }
}
