import GatewayCore
import MonotonicClock

/// What the open calls of one worker hold in Redis, and when that has to be said again. Belongs to the worker.
final class QuotaLeases {
    private struct Hold {
        let key: QuotaKey
        let amount: Int
    }

    private struct Lease {
        let holds: [Hold]
        let since: Instant
    }

    private static let batchMax = 64

    private let worker: any WorkerServices
    private let text: RedisQuotaText
    private let settings: RedisQuotaSettings
    private var leases: [String: Lease] = [:]
    private var isRenewing = false

    init(worker: any WorkerServices, text: RedisQuotaText, settings: RedisQuotaSettings) {
        self.worker = worker
        self.text = text
        self.settings = settings
    }

    func add(_ items: [QuotaReservation.Item], id: String) {
        let holds = items.filter(\.allowance.isHeld).map { Hold(key: $0.key, amount: $0.amount) }
        guard !holds.isEmpty else { return }
        leases[id] = Lease(holds: holds, since: worker.now)
        guard !isRenewing else { return }
        isRenewing = true
        let carried = OnOneWorker(value: self)
        worker.spawn { await carried.value.renew() }
    }

    func remove(_ id: String) { leases[id] = nil }

    /// Goes on for as long as calls are open.
    private func renew() async {
        defer { isRenewing = false }
        while !leases.isEmpty {
            do { try await worker.sleep(for: settings.lease / 3, cancellation: Cancellation()) } catch { return }
            let old = worker.now - settings.lease / 4
            let due = leases.filter { $0.value.since <= old }.flatMap { id, lease in lease.holds.map { (id: id, hold: $0) } }
            for start in stride(from: 0, to: due.count, by: Self.batchMax) { await renew(due[start..<min(start + Self.batchMax, due.count)]) }
        }
    }

    /// What fails is tried again next time.
    private func renew(_ due: ArraySlice<(id: String, hold: Hold)>) async {
        guard let redis = worker.redis, redis.isAvailable else { return }
        var keys: [[UInt8]] = []
        var arguments = [settings.time, settings.leaseText]
        for (id, hold) in due where leases[id] != nil {
            let (state, holds) = text.keys(hold.key)
            keys += [state, holds]
            arguments.append(text.member(id: id, amount: hold.amount))
        }
        if !keys.isEmpty { _ = try? await redis.run(QuotaScripts.renew, keys: keys, arguments: arguments) }
    }
}
