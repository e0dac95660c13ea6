package import GatewayCore
package import MonotonicClock
import Synchronization

/// Counters in this process, shared by all workers.
///
/// Counters lie in shards, each with a lock of its own that is held for well under a microsecond and never over an `await`. A reservation
/// locks the shards it needs in ascending order, which cannot deadlock, decides once it holds all of them, and lets go of none before it
/// has written to it: so it is exact and all-or-nothing whichever workers ask at the same time.
///
/// Windows that slide run on the monotonic clock, windows that begin at a time of day on the wall clock.
///
/// Memory: see `SlidingWindow` for one counter; counters that are as good as new are swept away as reservations come in.
package final class MemoryQuotaStore: QuotaStore {
    private final class LockedShard: Sendable {
        let state = Mutex(QuotaShard())
    }

    /// Where one demand is on its way through the shards.
    private struct Step {
        let shard: Int
        var slot = 0
        var wait: Int64?
        var amount = 0
        var mark: Int64?
        var snapshot = QuotaSnapshot(limit: 0, remaining: 0, reset: .zero)
    }

    private let shards: [LockedShard]
    private let epoch: Instant

    /// - Parameter shardCount: a power of two is not needed.
    package init(shardCount: Int = 16, epoch: Instant = .now) {
        shards = (0..<max(1, shardCount)).map { _ in LockedShard() }
        self.epoch = epoch
    }

    /// Counters that are kept, used or not yet swept away.
    package var counterCount: Int {
        shards.reduce(0) { $0 + $1.state.withLock(\.count) }
    }

    package func reserve(_ demands: [QuotaDemand], on worker: any WorkerServices) async throws(GatewayError) -> QuotaDecision {
        take(demands, now: worker.now, unix: worker.secondsSince1970)
    }

    package func reserveAtOnce(_ demands: [QuotaDemand], on worker: any WorkerServices) -> QuotaDecision? {
        take(demands, now: worker.now, unix: worker.secondsSince1970)
    }

    package func settle(_ reservation: QuotaReservation, actual: [Int], on worker: any WorkerServices) {
        settle(reservation, actual: actual, now: worker.now, unix: worker.secondsSince1970)
    }

    /// `reserve` without the `async`: it waits for nothing but locks.
    ///
    /// - Parameter unix: the time of day, in seconds since 1970.
    func take(_ demands: [QuotaDemand], now: Instant, unix: Int = 0) -> QuotaDecision {
        var steps = demands.map { Step(shard: shard(of: $0.key)) }
        let isGranted = lock(after: -1, &steps, demands, now: time(now, unix))
        let snapshots = steps.map(\.snapshot)
        guard isGranted else {
            let waits = zip(steps, demands).map { $1.isShadow ? -1 : $0.wait ?? -1 }
            let refused = waits.indices.max { waits[$0] < waits[$1] } ?? 0
            return .refused(index: refused, retryAfter: waits[refused] <= 0 ? nil : .nanoseconds(waits[refused]), snapshots)
        }
        let items = demands.indices.map {
            QuotaReservation.Item(
                key: demands[$0].key, allowance: demands[$0].allowance, amount: steps[$0].amount, mark: steps[$0].mark, slot: steps[$0].slot)
        }
        return .granted(QuotaReservation(items: items), snapshots)
    }

    func settle(_ reservation: QuotaReservation, actual: [Int], now: Instant, unix: Int = 0) {
        let time = time(now, unix)
        for (item, actual) in zip(reservation.items, actual) {
            shards[shard(of: item.key)].state.withLock { $0.settle(item, actual: actual, now: time) }
        }
    }

    private func time(_ now: Instant, _ unix: Int) -> QuotaTime {
        QuotaTime(monotonic: (now - epoch).wholeNanoseconds, unix: unix)
    }

    private func shard(of key: QuotaKey) -> Int {
        shards.count == 1 ? 0 : Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))
    }

    /// Locks the next shard that `steps` need, and those after it; on the way down demands are checked, on the way back up, when all
    /// of them are known, taken. Recurses once for each shard, and so at most once for each limit of a route.
    ///
    /// - Returns: whether they were taken.
    private func lock(after previous: Int, _ steps: inout [Step], _ demands: [QuotaDemand], now: QuotaTime) -> Bool {
        var next: Int?
        for step in steps.indices where steps[step].shard > previous { next = min(next ?? .max, steps[step].shard) }
        guard let next else { return steps.indices.allSatisfy { steps[$0].wait == nil || demands[$0].isShadow } }
        return shards[next].state.withLock { shard in
            for step in steps.indices where steps[step].shard == next {
                let slot = shard.slot(of: demands[step].key)
                steps[step].slot = slot
                steps[step].wait = shard.wait(at: slot, for: demands[step], now: now)
            }
            let isGranted = lock(after: next, &steps, demands, now: now)
            for step in steps.indices where steps[step].shard == next {
                let slot = steps[step].slot
                if isGranted { (steps[step].amount, steps[step].mark) = shard.take(at: slot, demands[step], now: now) }
                let isExceeded = demands[step].isShadow && steps[step].wait != nil
                steps[step].snapshot = shard.snapshot(at: slot, isExceeded: isExceeded, now: now)
            }
            shard.sweep(now: now)
            return isGranted
        }
    }
}
