import Synchronization

/// What one limit of one route has done, for metrics. Shared by all workers; it says nothing of single callers.
package final class QuotaMeter: Sendable {
    /// How long a value of `usedRatio` is shown at least.
    private static let spanSeconds = 30

    package let route: String
    package let limit: String
    package let each: String
    private let rejected = Atomic(0)
    private let watched = Atomic(0)
    private let withoutStore = Atomic(0)
    /// Highest share of the limit in use in this span and in the one before it: the span's number, and thousandths.
    private let current = Atomic(0)
    private let last = Atomic(0)

    init(route: String, limit: String, each: String) {
        self.route = route
        self.limit = limit
        self.each = each
    }

    /// Requests that were refused.
    package var rejections: Int { rejected.load(ordering: .relaxed) }
    /// Requests that would have been refused, had the limit not been a shadow.
    package var shadowRejections: Int { watched.load(ordering: .relaxed) }
    /// Requests for which the store could not be asked.
    package var storeFailures: Int { withoutStore.load(ordering: .relaxed) }

    func countRejection() { rejected.add(1, ordering: .relaxed) }
    func countShadowRejection() { watched.add(1, ordering: .relaxed) }
    func countStoreFailure() { withoutStore.add(1, ordering: .relaxed) }

    /// - Parameter unix: seconds since 1970.
    func note(_ snapshot: QuotaSnapshot, unix: Int) {
        let used = Int(1000 * Double(snapshot.limit - snapshot.remaining) / Double(max(1, snapshot.limit)))
        let packed = (unix / Self.spanSeconds) << 10 | min(max(0, used), 1000)
        var seen = current.load(ordering: .relaxed)
        while packed > seen {
            let (exchanged, original) = current.compareExchange(expected: seen, desired: packed, ordering: .relaxed)
            if exchanged {
                if original >> 10 != packed >> 10 { last.store(original, ordering: .relaxed) }
                return
            }
            seen = original
        }
    }

    /// The highest share of the limit that any of its counters had in use in the last half to whole minute, from 0 to 1; 0 when nobody asked.
    package func usedRatio(unix: Int) -> Double {
        let span = unix / Self.spanSeconds
        let values = [current.load(ordering: .relaxed), last.load(ordering: .relaxed)].filter { span - ($0 >> 10) <= 1 }.map { $0 & 1023 }
        return Double(values.max() ?? 0) / 1000
    }
}
