package import GatewayCore
import Synchronization

/// Counters in Redis, shared by many gateways.
///
/// All limits of a request are one script, and so one step; what calls came to follows in batches. What this process takes is also noted in its
/// own memory: while Redis cannot be asked, limits that are then shared out hold this process to its part of them, and what it has taken
/// of the window before counts. Redis is told afterwards.
package final class RedisQuotaStore: QuotaStore {
    private let memory: MemoryQuotaStore
    private let text: RedisQuotaText
    let settings: RedisQuotaSettings
    private let outboxes = Mutex<[ObjectIdentifier: OnOneWorker<QuotaOutbox>]>([:])

    /// - Parameters:
    ///   - prefix: in front of all keys.
    init(memory: MemoryQuotaStore, prefix: String, settings: RedisQuotaSettings) {
        self.memory = memory
        text = RedisQuotaText(prefix: prefix)
        self.settings = settings
    }

    package func reserve(_ demands: [QuotaDemand], on worker: any WorkerServices) async throws(GatewayError) -> QuotaDecision {
        guard let redis = worker.redis, redis.isAvailable else { return try reserveHere(demands, on: worker) }
        let outbox = outbox(of: worker)
        let id = outbox.newReservationID()
        do throws(RedisFailure) {
            let reply = try await redis.run(QuotaScripts.reserve, keys: keys(of: demands), arguments: arguments(of: demands, id, worker))
            guard let answer = RedisQuotaAnswer(reply, count: demands.count) else { throw RedisFailure.refused(code: "WEIR") }
            return decision(answer, demands, id, outbox, worker)
        } catch {
            if error.mayHaveBeenCarriedOut { outbox.undo(demands, id: id) }
            return try reserveHere(demands, on: worker)
        }
    }

    package func settle(_ reservation: QuotaReservation, actual: [Int], on worker: any WorkerServices) {
        switch reservation.place {
        case .here: memory.settle(reservation, actual: actual, on: worker)
        case .redis(let id):
            memory.settle(QuotaReservation(items: reservation.notes), actual: actual, on: worker)
            outbox(of: worker).settle(reservation.items, id: id, actual: actual)
        case .outage:
            memory.settle(QuotaReservation(items: reservation.notes), actual: actual, on: worker)
            let outbox = outbox(of: worker)
            for (item, actual) in zip(reservation.items, actual) {
                if item.allowance.isMetered, actual > 0 { outbox.charge(item.key, item.allowance, actual) }
                if item.allowance.measure == .requests, actual == 0 { outbox.charge(item.key, item.allowance, -item.amount) }
            }
        }
    }

    private func outbox(of worker: any WorkerServices) -> QuotaOutbox {
        let id = ObjectIdentifier(worker)
        if let known = outboxes.withLock({ $0[id] }) { return known.value }
        let made = OnOneWorker(value: QuotaOutbox(worker: worker, text: text, settings: settings))
        outboxes.withLock { $0[id] = made }
        return made.value
    }
}

// With Redis.
extension RedisQuotaStore {
    private func keys(of demands: [QuotaDemand]) -> [[UInt8]] {
        demands.flatMap { demand in
            let (state, holds) = text.keys(demand.key)
            return [state, holds]
        }
    }

    private func arguments(of demands: [QuotaDemand], _ id: String, _ worker: any WorkerServices) -> [[UInt8]] {
        let unix = worker.secondsSince1970
        return [settings.time, Array(id.utf8), settings.leaseText] + demands.map { text.demand($0, unix: unix) }
    }

    private func decision(
        _ answer: RedisQuotaAnswer, _ demands: [QuotaDemand], _ id: String, _ outbox: QuotaOutbox, _ worker: any WorkerServices
    ) -> QuotaDecision {
        let snapshots = zip(demands, answer.standings).map { demand, standing in
            QuotaSnapshot(
                limit: demand.allowance.capacity, remaining: standing.left, reset: .microseconds(standing.reset), isExceeded: standing.isExceeded)
        }
        guard answer.isGranted else {
            return .refused(index: answer.refusing, retryAfter: answer.wait == 0 ? nil : .microseconds(answer.wait), snapshots)
        }
        let items = zip(demands, answer.standings).map { demand, standing in
            QuotaReservation.Item(
                key: demand.key, allowance: demand.allowance, amount: standing.taken, mark: demand.allowance.isHeld ? nil : 0)
        }
        outbox.leases.add(items, id: id)
        return .granted(QuotaReservation(items: items, place: .redis(id: id), notes: note(items, demands, worker)), snapshots)
    }

    /// Counts in memory, too, what was taken in Redis.
    private func note(_ items: [QuotaReservation.Item], _ demands: [QuotaDemand], _ worker: any WorkerServices) -> [QuotaReservation.Item] {
        let notes = zip(items, demands).map { item, demand in
            QuotaDemand(key: demand.key, allowance: demand.allowanceHere, amount: item.amount, isShadow: true)
        }
        guard case .granted(let reservation, _) = memory.take(notes, now: worker.now, unix: worker.secondsSince1970) else { return [] }
        return reservation.items
    }
}

// Without it.
extension RedisQuotaStore {
    private func reserveHere(_ demands: [QuotaDemand], on worker: any WorkerServices) throws(GatewayError) -> QuotaDecision {
        guard !demands.contains(where: { $0.withoutStore == .reject && !$0.isShadow }) else { throw .limitsUnknown }
        let here = demands.map { demand in
            QuotaDemand(
                key: demand.key, allowance: demand.allowanceHere, amount: demand.amount, room: demand.room,
                isShadow: demand.isShadow || demand.withoutStore == .allow)
        }
        switch memory.take(here, now: worker.now, unix: worker.secondsSince1970) {
        case .refused(let index, let retryAfter, let snapshots):
            return .refused(index: index, retryAfter: retryAfter, snapshots)
        case .granted(let taken, let snapshots):
            let items = zip(taken.items, demands).map { item, demand in
                QuotaReservation.Item(key: item.key, allowance: demand.allowance, amount: item.amount, mark: item.mark)
            }
            let outbox = outbox(of: worker)
            for item in items where item.allowance.measure == .requests { outbox.charge(item.key, item.allowance, item.amount) }
            let shown = zip(snapshots, demands).map { snapshot, demand in
                QuotaSnapshot(
                    limit: snapshot.limit, remaining: snapshot.remaining, reset: snapshot.reset,
                    isExceeded: snapshot.isExceeded && demand.isShadow)
            }
            return .granted(QuotaReservation(items: items, place: .outage, notes: taken.items), shown)
        }
    }
}

extension QuotaDemand {
    /// This process' part of a limit that is shared out.
    fileprivate var allowanceHere: QuotaAllowance {
        guard case .share(let pods) = withoutStore, pods > 1 else { return allowance }
        return allowance.divided(by: pods)
    }
}

extension RedisFailure {
    fileprivate var mayHaveBeenCarriedOut: Bool {
        switch self {
        case .timedOut, .connectionLost: true
        case .unavailable, .refused: false
        }
    }
}
