import GatewayCore
import MonotonicClock
import Synchronization

/// Answers that all processes at one Redis share, under the memory of each.
///
/// Nothing here is ever an error for a client: a Redis that is slow, full, read-only, gone or full of something else makes misses. What is
/// written is written beside the request, and nobody waits for it.
package final class RedisCacheTier: Sendable {
    package struct Limits: Equatable, Sendable {
        /// Longer answers are compressed.
        package var compressedBytesMin: Int
        /// Of an answer, not compressed, with what is said about it.
        package var entryBytesMax: Int
        /// How long a request waits for another process that asks the same.
        package var waitMax: Duration
        /// After so long without a word, a process that was asking is taken to be gone.
        package var lease = Duration.seconds(5)
        /// Answers on their way to Redis, all together.
        package var writingBytesMax = 16 << 20

        package init(compressedBytesMin: Int, entryBytesMax: Int, waitMax: Duration) {
            self.compressedBytesMin = compressedBytesMin
            self.entryBytesMax = entryBytesMax
            self.waitMax = waitMax
        }
    }

    /// What is said about an answer besides itself: headers and names.
    private static let headBytesMax = 64 << 10

    package let counts = RedisCacheCounts()
    let limits: Limits
    private let envelope: CacheEnvelope
    private let writingBytes = Atomic(0)

    package init(_ limits: Limits) {
        self.limits = limits
        envelope = CacheEnvelope(compressedBytesMin: limits.compressedBytesMin, bytesMax: limits.entryBytesMax + Self.headBytesMax)
    }

    /// An answer, and who may call if it is of no use.
    struct Claim {
        enum Turn: Int { case nobodys, ours, anothers, everybodys }

        var answer: StoredAnswer?
        var turn: Turn
    }

    /// Looks for an answer and, if there is no fresh one, asks for the right to call.
    ///
    /// - Returns: nil when Redis does not say.
    func claim(_ key: CacheKey, token: [UInt8], on worker: any WorkerServices) async -> Claim? {
        let keys = [RedisCacheKeys.answer(key), RedisCacheKeys.lease(key)]
        let reply = await run(CacheScripts.claim, keys, [token, Self.text(limits.lease.milliseconds)], on: worker)
        guard case .list(let parts)? = reply, parts.count == 3, case .integer(let state) = parts[2], let turn = Claim.Turn(rawValue: state) else {
            return nil
        }
        return Claim(answer: await answer(parts, for: key, on: worker), turn: turn)
    }

    func look(_ key: CacheKey, on worker: any WorkerServices) async -> StoredAnswer? {
        await look(at: RedisCacheKeys.answer(key), for: key, on: worker)
    }

    /// Where the answer to a question is kept, for who asks it in another format.
    func lookForTwin(of meaning: CacheKey, on worker: any WorkerServices) async -> CacheKey? {
        await look(at: RedisCacheKeys.question(meaning), for: meaning, on: worker)?.alias
    }

    private func look(at name: [UInt8], for key: CacheKey, on worker: any WorkerServices) async -> StoredAnswer? {
        let reply = await run(CacheScripts.look, [name], [], on: worker)
        guard case .list(let parts)? = reply, parts.count == 2 else { return nil }
        return await answer(parts, for: key, on: worker)
    }

    func forget(_ key: CacheKey, on worker: any WorkerServices) async {
        _ = try? await worker.redis?.send([Array("DEL".utf8), RedisCacheKeys.answer(key)])
    }

    /// Writes an answer beside the request, and gives back the lease with it.
    func keep(_ answer: StoredAnswer, for key: CacheKey, _ lease: CacheLease?, on worker: any WorkerServices) {
        let bytes = answer.content.byteCount
        guard writingBytes.load(ordering: .relaxed) + bytes <= limits.writingBytesMax else {
            counts.count(.writeDropped)
            return
        }
        writingBytes.add(bytes, ordering: .relaxed)
        let carried = OnOneWorker(value: worker)
        worker.spawn { [self] in
            await write(answer, for: key, lease, on: carried.value)
            writingBytes.subtract(bytes, ordering: .relaxed)
        }
    }

    private func write(_ answer: StoredAnswer, for key: CacheKey, _ lease: CacheLease?, on worker: any WorkerServices) async {
        var fields = ByteFieldWriter()
        answer.write(to: &fields)
        let lifetime = max(1, answer.lifetime.milliseconds)
        guard let sealed = await envelope.sealed(fields.bytes, for: key, staleMilliseconds: answer.stale.milliseconds) else {
            return counts.count(.writeDropped)
        }
        let name = answer.alias == nil ? RedisCacheKeys.answer(key) : RedisCacheKeys.question(key)
        let keys = [name, RedisCacheKeys.lease(key)]
        let reply = await run(CacheScripts.store, keys, [sealed, Self.text(lifetime), lease?.token ?? []], on: worker)
        counts.count(reply == nil ? .writeFailed : .written)
    }

    // MARK: - Leases

    enum LeaseWord: String { case renew, release, open }

    /// - Parameter word: `open`: the answer cannot be kept, so that nobody need wait for it.
    func tell(_ lease: CacheLease, _ word: LeaseWord, _ key: CacheKey, on worker: any WorkerServices) async {
        let time = word == .open ? 2000 : limits.lease.milliseconds
        _ = await run(CacheScripts.lease, [RedisCacheKeys.lease(key)], [lease.token, Array(word.rawValue.utf8), Self.text(time)], on: worker)
    }

    // MARK: - Talking

    private func run(_ script: RedisScript, _ keys: [[UInt8]], _ arguments: [[UInt8]], on worker: any WorkerServices) async -> RedisReply? {
        guard let redis = worker.redis, redis.isAvailable else { return nil }
        do throws(RedisFailure) {
            return try await redis.run(script, keys: keys, arguments: arguments)
        } catch {
            counts.count(.failed)
            return nil
        }
    }

    private func answer(_ parts: [RedisReply], for key: CacheKey, on worker: any WorkerServices) async -> StoredAnswer? {
        guard case .bytes(let sealed) = parts[0], case .integer(let left) = parts[1] else {
            counts.count(.miss)
            return nil
        }
        let now = worker.now
        guard left > 0, let bytes = await envelope.opened(sealed, for: key), let answer = StoredAnswer.read(bytes, storedAt: now),
            left <= answer.lifetime.milliseconds
        else {
            counts.count(.corrupt)
            return nil
        }
        counts.count(.hit)
        // What has passed of its time, as Redis counts it.
        var about = answer.about
        about.storedAt = now - (answer.lifetime - .milliseconds(left))
        return StoredAnswer(answer.content, about: about)
    }

    private static func text(_ number: Int) -> [UInt8] { Array(String(number).utf8) }
}
