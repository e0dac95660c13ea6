import Synchronization

/// The meters of all limits. They outlive reloads, as counters in metrics have to.
package final class QuotaMeters: Sendable {
    private struct Key: Hashable {
        let route: String
        let limit: String
    }

    /// Limits of files that have come and gone; beyond, new ones are not measured.
    private static let metersMax = 10_000

    private let meters = Mutex<[Key: QuotaMeter]>([:])

    func meter(route: String, limit: String) -> QuotaMeter? {
        meters.withLock { meters in
            let key = Key(route: route, limit: limit)
            if let known = meters[key] { return known }
            guard meters.count < Self.metersMax else { return nil }
            let meter = QuotaMeter(route: route, limit: limit)
            meters[key] = meter
            return meter
        }
    }

    /// By route and limit.
    package var all: [QuotaMeter] {
        meters.withLock { Array($0.values) }.sorted { ($0.route, $0.limit) < ($1.route, $1.limit) }
    }
}
