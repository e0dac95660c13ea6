package import MonotonicClock
import Synchronization

/// Answers in this process, shared by all workers; the least recently used go first when memory is short.
///
/// The budget is divided evenly among shards with a lock each. There are as many as leave room for eight of the largest entries in each,
/// 16 at most: with a small budget one, which then evicts in strict order over all entries.
package final class MemoryCacheStore: CacheStore {
    private final class LockedShard: Sendable {
        let state: Mutex<CacheShard>

        init(bytesMax: Int) {
            state = Mutex(CacheShard(bytesMax: bytesMax))
        }
    }

    private static let shardCountMax = 16

    package let entryBytesMax: Int
    private let shards: [LockedShard]

    /// - Parameters:
    ///   - bytesMax: for all entries together, overheads included.
    ///   - entryBytesMax: for one of them; no more than `bytesMax`.
    package init(bytesMax: Int, entryBytesMax: Int) {
        self.entryBytesMax = min(max(0, entryBytesMax), max(0, bytesMax))
        let count = max(1, min(Self.shardCountMax, bytesMax / 8 / max(1, entryBytesMax)))
        shards = (0..<count).map { _ in LockedShard(bytesMax: max(0, bytesMax) / count) }
    }

    /// Never more than `bytesMax`.
    package var byteCount: Int { shards.reduce(0) { $0 + $1.state.withLock(\.byteCount) } }
    package var entryCount: Int { shards.reduce(0) { $0 + $1.state.withLock(\.count) } }
    /// Without those that only say where an answer is.
    package var answerCount: Int { shards.reduce(0) { $0 + $1.state.withLock(\.answerCount) } }

    package func answer(for key: CacheKey, now: Instant) async -> StoredAnswer? {
        shard(of: key).state.withLock { $0.answer(for: key, now: now) }
    }

    package func keep(_ answer: StoredAnswer, for key: CacheKey) async {
        guard answer.byteCount <= entryBytesMax else { return }
        // What is evicted is freed after the lock is let go: freeing a thousand chunks takes longer than all the rest.
        let dropped = shard(of: key).state.withLock { $0.keep(answer, for: key) }
        withExtendedLifetime(dropped) {}
    }

    package func replace(_ old: StoredAnswer, with answer: StoredAnswer, for key: CacheKey) async {
        // Each of the two forms may be as large as an entry may.
        guard answer.byteCount <= 2 * entryBytesMax else { return }
        let dropped = shard(of: key).state.withLock { $0.replace(old, with: answer, for: key) }
        withExtendedLifetime(dropped) {}
    }

    @discardableResult
    package func remove(where isGone: @Sendable (StoredAnswer) -> Bool) async -> Int {
        var count = 0
        for shard in shards {
            let dropped = shard.state.withLock { $0.remove(where: isGone) }
            count += dropped.count { $0.alias == nil }
        }
        return count
    }

    private func shard(of key: CacheKey) -> LockedShard {
        shards[Int(key.prefix % UInt64(shards.count))]
    }
}
