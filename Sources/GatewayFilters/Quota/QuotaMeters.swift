package import GatewayConfig
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

    /// The limits of a file, in its order, and what each has done since the process began; a meter is nil where too many are kept.
    package func limits(of configuration: Configuration) -> [(route: String, limit: QuotaConfig, allows: String, meter: QuotaMeter?)] {
        configuration.routes.flatMap { route in
            route.quota.map { limit in
                let key = Key(route: route.name, limit: limit.name, each: limit.each.name)
                return (route.name, limit, QuotaWords.text(limit.allowance), meters.withLock { $0[key] })
            }
        }
    }

    /// By route and limit.
    package var all: [QuotaMeter] {
        meters.withLock { Array($0.values) }.sorted { ($0.route, $0.limit, $0.each) < ($1.route, $1.limit, $1.each) }
    }
}
