import Dispatch
import EventLoop
import GatewayCore
import Glibc
import MonotonicClock
import Synchronization

@testable import RedisClient

/// A client on a loop of its own for the length of a test.
final class RedisLoop: @unchecked Sendable {
    let loop = EventLoop()
    private let ended = DispatchSemaphore(value: 0)
    /// Belong to the loop's thread.
    private var client: RedisClient?
    private let record = Record()

    init(_ settings: RedisSettings) {
        signal(SIGPIPE, SIG_IGN)  // as the gateway does
        DispatchQueue(label: "test.redis").async { [loop, ended] in
            loop.run()
            ended.signal()
        }
        loop.execute { [self] in client = RedisClient(settings, on: loop, observer: record) }
    }

    convenience init(_ server: RedisServer, _ change: (inout RedisSettings) -> Void = { _ in }) {
        var settings = RedisSettings(source: .server(.unix(path: server.socket)))
        settings.deadline = .milliseconds(500)
        change(&settings)
        self.init(settings)
    }

    /// Runs `body` as a task of the loop.
    func run<Value: Sendable>(_ body: @escaping @Sendable (RedisClient) async -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                loop.spawn { [self] in
                    guard let client else { preconditionFailure("the client was stopped") }
                    continuation.resume(returning: await body(client))
                }
            }
        }
    }

    func send(_ words: String...) async -> Result<RedisReply, RedisFailure> { await run { await $0.outcome(words) } }

    /// Whether the client gets into a state within two minutes: a machine may be busy with other tests.
    func becomes(_ state: RedisState, within time: Duration = .seconds(120)) async -> Bool {
        await comesTrue(within: time) { await run { $0.state } == state }
    }

    /// Whether the client has been in a state of this kind, or is within two minutes.
    func isEver(_ matches: @Sendable (RedisState) -> Bool) async -> Bool {
        await comesTrue(within: .seconds(120)) { await states.contains(where: matches) }
    }

    /// Looks again and again, and once more when the time is over: other tests may have kept this one from its turn for all of it.
    private func comesTrue(within time: Duration, _ condition: () async -> Bool) async -> Bool {
        let start = Instant.now
        while start.duration(to: .now) < time {
            if await condition() { return true }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return await condition()
    }

    var states: [RedisState] { get async { await run { [record] _ in record.states } } }
    var reconnects: Int { get async { await run { [record] _ in record.reconnects } } }
    var failures: [RedisFailure?] { get async { await run { [record] _ in record.failures } } }

    func stop() async {
        await withCheckedContinuation { continuation in
            loop.execute { [self] in
                client?.retire()
                client = nil
                continuation.resume()
            }
        }
        loop.stop()
        ended.wait()
    }

    /// Belongs to the loop's thread.
    private final class Record: RedisObserver, @unchecked Sendable {
        var states: [RedisState] = []
        var reconnects = 0
        var failures: [RedisFailure?] = []

        func redisChanged(to state: RedisState) { states.append(state) }
        func redisReconnected() { reconnects += 1 }
        func redisAnswered(after time: Duration, failure: RedisFailure?) { failures.append(failure) }
    }
}

extension RedisClient {
    func outcome(_ words: [String]) async -> Result<RedisReply, RedisFailure> {
        do throws(RedisFailure) { return .success(try await send(words.map { Array($0.utf8) })) } catch { return .failure(error) }
    }

    func outcome(_ script: RedisScript, keys: [String] = [], arguments: [String] = []) async -> Result<RedisReply, RedisFailure> {
        do throws(RedisFailure) {
            return .success(try await run(script, keys: keys.map { Array($0.utf8) }, arguments: arguments.map { Array($0.utf8) }))
        } catch { return .failure(error) }
    }
}
