package import GatewayCore
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

    /// One demand on its way through the shards.
    private struct Step {
        let demand: QuotaDemand
        let shard: Int
        var wait: Int64?
        var slot = 0
        var item: QuotaReservation.Item?
        var snapshot = QuotaSnapshot(limit: 0, remaining: 0, reset: .zero)

        /// The wait of a demand that refuses the request.
        var refusal: Int64? { demand.isShadow ? nil : wait }
        var isExceeded: Bool { demand.isShadow && wait != nil }
    }

    private let shards: [LockedShard]
    private let epoch: ContinuousClock.Instant

    /// - Parameter shardCount: a power of two is not needed.
    package init(shardCount: Int = 16, epoch: ContinuousClock.Instant = .now) {
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
    func take(_ demands: [QuotaDemand], now: ContinuousClock.Instant, unix: Int = 0) -> QuotaDecision {
        var steps = demands.map { Step(demand: $0, shard: shard(of: $0.key)) }
        lock(after: -1, &steps, now: time(now, unix))
        let snapshots = steps.map(\.snapshot)
        let items = steps.compactMap(\.item)
        if items.count == steps.count { return .granted(QuotaReservation(items: items), snapshots) }
        let refused = steps.indices.max { (steps[$0].refusal ?? -1) < (steps[$1].refusal ?? -1) } ?? 0
        let wait = steps[refused].refusal ?? 0
        return .refused(index: refused, retryAfter: wait == 0 ? nil : .nanoseconds(wait), snapshots)
    }

    func settle(_ reservation: QuotaReservation, actual: [Int], now: ContinuousClock.Instant, unix: Int = 0) {
        let time = time(now, unix)
        for (item, actual) in zip(reservation.items, actual) {
            shards[shard(of: item.key)].state.withLock { $0.settle(item, actual: actual, now: time) }
        }
    }

    private func time(_ now: ContinuousClock.Instant, _ unix: Int) -> QuotaTime { QuotaTime(monotonic: (now - epoch).nanoseconds, unix: unix) }

    private func shard(of key: QuotaKey) -> Int {
        shards.count == 1 ? 0 : Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))
    }

    /// Locks the next shard that `steps` need, and those after it; on the way down demands are checked, on the way back up, when all
    /// of them are known, taken. Recurses once for each shard, and so at most once for each limit of a route.
    private func lock(after previous: Int, _ steps: inout [Step], now: QuotaTime) {
        guard let index = steps.lazy.map(\.shard).filter({ $0 > previous }).min() else { return }
        shards[index].state.withLock { shard in
            for step in steps.indices where steps[step].shard == index {
                steps[step].slot = shard.slot(of: steps[step].demand.key)
                steps[step].wait = shard.wait(at: steps[step].slot, for: steps[step].demand, now: now)
            }
            lock(after: index, &steps, now: now)
            let isGranted = steps.allSatisfy { $0.refusal == nil }
            for step in steps.indices where steps[step].shard == index {
                if isGranted { steps[step].item = shard.take(at: steps[step].slot, steps[step].demand, now: now) }
                steps[step].snapshot = shard.snapshot(at: steps[step].slot, isExceeded: steps[step].isExceeded, now: now)
            }
            shard.sweep(now: now)
        }
    }
}
