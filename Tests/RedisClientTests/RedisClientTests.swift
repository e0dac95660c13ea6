import GatewayCore
import Glibc
import MonotonicClock
import Testing

@testable import RedisClient

@Suite("The Redis client", .serialized)
struct RedisClientTests {
    static let increment = RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")

    @Test func `sends commands whose keys all carry the tag, and gives their replies`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))

        #expect(await redis.send("SET", "a", "1") == .success(.status("OK")))
        #expect(await redis.send("GET", "a") == .success(.bytes(Array("1".utf8))))
        #expect(await redis.send("GET", "b") == .success(.null))
        #expect(await redis.send("INCR", "a") == .success(.integer(2)))
        #expect(await redis.send("RPUSH", "list", "x", "y") == .success(.integer(2)))
        #expect(await redis.send("LRANGE", "list", "0", "-1") == .success(.list([.bytes([0x78]), .bytes([0x79])])))
        #expect(await redis.send("LPUSH", "a", "x") == .failure(.refused(code: "WRONGTYPE")))

        #expect(server.command("GET", "{weir}:a") == "2")
        await redis.stop()
    }

    @Test func `loads a script that Redis does not know, once for all who asked at the same time`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))

        let results = await redis.run { client in
            await withTaskGroup(of: Result<RedisReply, RedisFailure>.self) { group in
                for _ in 0..<64 { group.addTask { await client.outcome(Self.increment, keys: ["n"], arguments: ["1"]) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        server.command("SCRIPT", "FLUSH")
        let afterFlush = await redis.run { await $0.outcome(Self.increment, keys: ["n"], arguments: ["1"]) }

        #expect(results.filter { if case .success = $0 { true } else { false } }.count == 64)
        #expect(afterFlush == .success(.integer(65)))
        #expect(server.command("INFO", "commandstats").split(separator: "\n").first { $0.contains("cmdstat_eval:") }?.contains("calls=2,") == true)
        await redis.stop()
    }

    @Test func `logs in as a user, selects a database`() async throws {
        let server = try RedisServer(["--user", "weir", "on", "'>se cret'", "'~{weir}:*'", "+@all", "-@admin", "-@dangerous"])
        let redis = RedisLoop(server) {
            $0.username = "weir"
            $0.password = "se cret"
            $0.database = 3
        }
        #expect(await redis.becomes(.up))

        _ = await redis.run { await $0.outcome(Self.increment, keys: ["a"], arguments: ["1"]) }

        #expect(server.command("-n", "3", "EXISTS", "{weir}:a") == "1")
        await redis.stop()
    }

    @Test func `says that a password is wrong, and tries again`() async throws {
        let server = try RedisServer(["--requirepass", "right"])
        let redis = RedisLoop(server) { $0.password = "wrong" }

        #expect(await redis.becomes(.down(.refused(code: "WRONGPASS"))))
        #expect(await redis.send("GET", "a") == .failure(.unavailable))
        server.command("-a", "right", "CONFIG", "SET", "requirepass", "wrong")

        #expect(await redis.becomes(.up))
        await redis.stop()
    }

    @Test func `is up again after a crash and a restart, without its scripts and its data`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))
        _ = await redis.run { await $0.outcome(Self.increment, keys: ["n"], arguments: ["5"]) }

        server.crash()
        #expect(await redis.becomes(.down(.unreachable(reason: "Connection refused"))))
        #expect(await redis.send("GET", "a") == .failure(.unavailable))
        try server.start()

        #expect(await redis.becomes(.up, within: .seconds(4)))
        #expect(await redis.run { await $0.outcome(Self.increment, keys: ["n"], arguments: ["5"]) } == .success(.integer(5)))
        #expect(await redis.reconnects == 1)
        await redis.stop()
    }

    @Test func `gives a command up at its deadline, and holds commands back after five`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server) { $0.deadline = .milliseconds(20) }
        #expect(await redis.becomes(.up))
        server.send(SIGSTOP)

        let clock = ContinuousClock()
        var slowest = Duration.zero
        for _ in 0..<5 {
            let time = await clock.measure { #expect(await redis.send("GET", "a") == .failure(.timedOut)) }
            slowest = max(slowest, time)
        }
        let whileOpen = await redis.send("GET", "a")
        server.send(SIGCONT)

        #expect(slowest < .seconds(1))
        #expect(whileOpen == .failure(.unavailable))
        #expect(await redis.becomes(.up, within: .seconds(4)))
        #expect(await redis.send("GET", "a") == .success(.null))
        await redis.stop()
    }

    @Test func `drops a connection on which nothing comes for a second`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server) { $0.deadline = .milliseconds(20) }
        #expect(await redis.becomes(.up))
        server.send(SIGSTOP)
        for _ in 0..<5 { _ = await redis.send("GET", "a") }

        #expect(await redis.becomes(.down(.silent)))
        server.send(SIGCONT)

        #expect(await redis.becomes(.up, within: .seconds(4)))
        await redis.stop()
    }
}
