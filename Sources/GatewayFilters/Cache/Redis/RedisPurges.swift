import GatewayCore
import MonotonicClock
import Synchronization

/// Tells other processes of purges, and hears of theirs.
final class RedisPurges: Sendable {
    /// A process hears of a purge so long after it was made, at most.
    private static let interval = Duration.seconds(1)

    private let epoch = Instant.now
    /// Milliseconds since `epoch`.
    private let lastAsked = Atomic(-1_000_000)

    /// Asks for the marks when that was not done for a while. One request a second waits for it, until Redis' deadline.
    func learn(into marks: PurgeMarks, on worker: any WorkerServices) async -> Bool {
        guard let redis = worker.redis, redis.isAvailable else { return false }
        let now = (worker.now - epoch).milliseconds
        let last = lastAsked.load(ordering: .relaxed)
        guard now - last >= Self.interval.milliseconds,
            lastAsked.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
        else { return false }
        guard case .list(let parts)? = try? await redis.send([Array("HGETALL".utf8), RedisCacheKeys.marks]) else { return false }
        return marks.learn(Self.read(parts))
    }

    /// - Returns: the new mark; nil when Redis does not say.
    func mark(_ scope: PurgeScope, on worker: any WorkerServices) async -> Int? {
        guard let redis = worker.redis else { return nil }
        let arguments = [scope.field, PurgeScope().field, String(PurgeMarks.fieldsMax)].map { Array($0.utf8) }
        guard case .integer(let mark)? = try? await redis.run(CacheScripts.purge, keys: [RedisCacheKeys.marks], arguments: arguments) else {
            return nil
        }
        return mark
    }

    private static func read(_ parts: [RedisReply]) -> [(field: String, mark: Int)] {
        stride(from: 0, to: parts.count - 1, by: 2).compactMap { index in
            guard case .bytes(let name) = parts[index], case .bytes(let value) = parts[index + 1],
                let mark = Int(String(decoding: value, as: UTF8.self))
            else { return nil }
            return (String(decoding: name, as: UTF8.self), mark)
        }
    }
}
