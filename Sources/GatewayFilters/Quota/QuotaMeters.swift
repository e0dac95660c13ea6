import Synchronization

/// The meters of all limits. They outlive reloads, as counters in metrics have to.
package final class QuotaMeters: Sendable {
    private struct Key: Hashable {
        let route: String
        let limit: String
        let each: String
    }

    /// Limits of files that have come and gone; beyond, new ones are not measured.
    private static let metersMax = 10_000

    private let meters = Mutex<[Key: QuotaMeter]>([:])

    func meter(route: String, limit: QuotaLimit) -> QuotaMeter? {
        meters.withLock { meters in
            let key = Key(route: route, limit: limit.name, each: limit.each.name)
            if let known = meters[key] { return known }
            guard meters.count < Self.metersMax else { return nil }
            let meter = QuotaMeter(route: route, limit: key.limit, each: key.each)
            meters[key] = meter
            return meter
        }
    }

    /// By route and limit.
    package var all: [QuotaMeter] {
        meters.withLock { Array($0.values) }.sorted { ($0.route, $0.limit, $0.each) < ($1.route, $1.limit, $1.each) }
    }
}
