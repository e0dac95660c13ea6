import GatewayCore
import Synchronization

@testable import GatewayFilters

/// What several processes share: does what the cache's scripts say, by a clock of its own. The scripts themselves are tested against a real
/// server (Tests/EndToEnd).
final class FakeRedis: Sendable {
    struct State {
        var values: [[UInt8]: (bytes: [UInt8], expires: Int)] = [:]
        var marks: [String: Int] = [:]
        /// Milliseconds.
        var now = 1_000_000
        var failure: RedisFailure?
        var readsFail = true
        var calls = 0
    }

    let state = Mutex(State())

    var keys: [[UInt8]] { state.withLock { Array($0.values.keys) } }

    var callCount: Int { state.withLock(\.calls) }
    /// Of the first lease.
    var leaseToken: [UInt8]? {
        state.withLock { state in state.values.first { $0.key.suffix(2) == Array(":l".utf8) }?.value.bytes }
    }

    func advance(milliseconds: Int) { state.withLock { $0.now += milliseconds } }

    /// - Parameter reads: whether what only reads fails too.
    func fail(with failure: RedisFailure?, reads: Bool = true) {
        state.withLock { ($0.failure, $0.readsFail) = (failure, reads) }
    }

    /// The value of the only answer that is kept.
    var answer: [UInt8]? {
        get { state.withLock { state in state.values.first { $0.key.suffix(2) == Array(":a".utf8) }?.value.bytes } }
        set {
            state.withLock { state in
                for key in state.values.keys where key.suffix(2) == Array(":a".utf8) { state.values[key]?.bytes = newValue ?? [] }
            }
        }
    }

    func forgetLeases() { state.withLock { state in state.values = state.values.filter { $0.key.suffix(2) != Array(":l".utf8) } } }
}

extension FakeRedis.State {
    mutating func value(_ key: [UInt8]) -> (bytes: [UInt8], left: Int)? {
        guard let value = values[key] else { return nil }
        guard value.expires > now else {
            values[key] = nil
            return nil
        }
        return (value.bytes, value.expires - now)
    }

    mutating func set(_ key: [UInt8], _ bytes: [UInt8], _ milliseconds: [UInt8]) {
        values[key] = (bytes, now + (Int(String(decoding: milliseconds, as: UTF8.self)) ?? 0))
    }

    mutating func claim(_ keys: [[UInt8]], _ arguments: [[UInt8]]) -> RedisReply {
        let answer = value(keys[0])
        let stale = answer.flatMap { Int(String(decoding: $0.bytes.dropFirst(4).prefix(13), as: UTF8.self)) } ?? 0
        if let answer, answer.left > stale { return .list([.bytes(answer.bytes), .integer(answer.left), .integer(0)]) }
        var turn = 2
        if let lease = value(keys[1]) {
            if lease.bytes == Array("-".utf8) { turn = 3 }
        } else {
            set(keys[1], arguments[0], arguments[1])
            turn = 1
        }
        return .list([answer.map { .bytes($0.bytes) } ?? .null, .integer(answer?.left ?? 0), .integer(turn)])
    }

    mutating func lease(_ key: [UInt8], _ arguments: [[UInt8]]) -> RedisReply {
        guard value(key)?.bytes == arguments[0] else { return .integer(0) }
        switch String(decoding: arguments[1], as: UTF8.self) {
        case "renew": set(key, arguments[0], arguments[2])
        case "open": set(key, Array("-".utf8), arguments[2])
        default: values[key] = nil
        }
        return .integer(1)
    }
}

/// One worker's way to a `FakeRedis`.
final class FakeRedisPort: RedisPort {
    private let server: FakeRedis
    var isAvailable = true

    init(_ server: FakeRedis) {
        self.server = server
    }

    func run(_ script: RedisScript, keys: [[UInt8]], arguments: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        await Task.yield()
        let isRead = script === CacheScripts.look
        let result = server.state.withLock { state -> Result<RedisReply, RedisFailure> in
            state.calls += 1
            if let failure = state.failure, !isRead || state.readsFail { return .failure(failure) }
            switch script {
            case CacheScripts.claim: return .success(state.claim(keys, arguments))
            case CacheScripts.look:
                let found = state.value(keys[0])
                return .success(.list([found.map { .bytes($0.bytes) } ?? .null, .integer(found?.left ?? 0)]))
            case CacheScripts.store:
                state.set(keys[0], arguments[0], arguments[1])
                if state.value(keys[1])?.bytes == arguments[2] { state.values[keys[1]] = nil }
                return .success(.integer(1))
            case CacheScripts.lease: return .success(state.lease(keys[0], arguments))
            case CacheScripts.purge:
                let mark = max(state.now, (state.marks["last"] ?? 0) + 1)
                state.marks["last"] = mark
                state.marks[String(decoding: arguments[0], as: UTF8.self)] = mark
                return .success(.integer(mark))
            default: return .failure(.refused(code: "NOSCRIPT"))
            }
        }
        return try result.get()
    }

    func send(_ command: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        await Task.yield()
        return try server.state.withLock { state -> Result<RedisReply, RedisFailure> in
            if let failure = state.failure, state.readsFail { return .failure(failure) }
            if command[0] == Array("DEL".utf8) { return .success(.integer(state.values.removeValue(forKey: command[1]) == nil ? 0 : 1)) }
            return .success(.list(state.marks.flatMap { [.bytes(Array($0.key.utf8)), .bytes(Array(String($0.value).utf8))] }))
        }.get()
    }
}

extension RedisScript {
    static func ~= (pattern: RedisScript, value: RedisScript) -> Bool { pattern === value }
}
