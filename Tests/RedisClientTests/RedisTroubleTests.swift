import GatewayCore
import MonotonicClock
import Testing

@testable import RedisClient

@Suite("The Redis client in trouble", .serialized)
struct RedisTroubleTests {
    @Test func `sends all commands of a turn in one write`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))
        let before = server.number("total_reads_processed")

        let count = await redis.run { client in
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<64 { group.addTask { await client.outcome(["GET", "a"]) == .success(.null) } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }

        #expect(count == 64)
        // The other reads are of the questions themselves and, on a slow machine, of looks whether the server lives.
        #expect(server.number("total_reads_processed") - before <= 8)
        await redis.stop()
    }

    @Test func `waits no longer than the deadline for a slow server, and takes it back once it is fast`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server) { $0.deadline = .milliseconds(20) }
        #expect(await redis.becomes(.up))
        server.command("CLIENT", "PAUSE", "600", "ALL")

        let times = await redis.run { client in
            var times: [Duration] = []
            for _ in 0..<50 {
                let began = Instant.now
                _ = await client.outcome(["INCR", "n"])
                times.append(began.duration(to: .now))
            }
            return times
        }

        #expect(times.allSatisfy { $0 < .milliseconds(300) })
        let failures = await redis.failures
        #expect(failures.contains(.unavailable) && failures.contains(.timedOut))
        #expect(await redis.becomes(.up, within: .seconds(4)))
        // What was sent was carried out, late; what was kept back was not.
        #expect(await redis.send("GET", "n") == .success(.bytes(Array("5".utf8))))
        #expect(await redis.reconnects == 0)
        await redis.stop()
    }

    @Test func `tells of a full memory and stays connected`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))
        server.command("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction")

        #expect(await redis.send("INCR", "n") == .failure(.refused(code: "OOM")))
        #expect(await redis.run { await $0.outcome(RedisClientTests.increment, keys: ["n"], arguments: ["1"]) } == .failure(.refused(code: "OOM")))
        #expect(await redis.becomes(.refusing(code: "OOM")))
        server.command("CONFIG", "SET", "maxmemory", "0")

        #expect(await redis.send("INCR", "n") == .success(.integer(1)))
        #expect(await redis.reconnects == 0)
        await redis.stop()
    }

    @Test func `leaves a server that has become a replica, and takes it back as a master`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))
        server.command("REPLICAOF", "127.0.0.1", "1")

        let asReplica = await redis.run { await $0.outcome(RedisClientTests.increment, keys: ["n"], arguments: ["1"]) }
        #expect(asReplica == .failure(.refused(code: "READONLY")))
        #expect(await redis.isEver { $0 == .down(.refused(code: "READONLY")) })
        server.command("REPLICAOF", "NO", "ONE")

        #expect(await redis.becomes(.up, within: .seconds(4)))
        #expect(await redis.run { await $0.outcome(RedisClientTests.increment, keys: ["n"], arguments: ["1"]) } == .success(.integer(1)))
        await redis.stop()
    }

    @Test func `resolves names, and says which cannot be`() async throws {
        let port = try RedisServer.freePort()
        let server = try RedisServer(port: port)
        let known = RedisLoop(RedisSettings(source: .server(.tcp(host: "localhost", port: port))))
        let unknown = RedisLoop(RedisSettings(source: .server(.tcp(host: "nowhere.invalid", port: port))))

        #expect(await known.becomes(.up))
        #expect(await unknown.becomes(.down(.unresolvable(host: "nowhere.invalid"))))

        await known.stop()
        await unknown.stop()
        server.stop()
    }

    @Test func `has commands wait for the first connection, but not for one that cannot be made`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        let first = await redis.send("GET", "a")
        await redis.stop()
        server.crash()
        let late = RedisLoop(server)
        #expect(await late.becomes(.down(.unreachable(reason: "Connection refused"))))

        let clock = ContinuousClock()
        let time = await clock.measure { #expect(await late.send("GET", "a") == .failure(.unavailable)) }

        #expect(first == .success(.null))
        #expect(time < .milliseconds(300))
        await late.stop()
    }

    @Test func `lets what was asked be answered when it is retired`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server)
        #expect(await redis.becomes(.up))

        let reply = await redis.run { client in
            async let reply = client.outcome(["SET", "a", "1"])
            await Task.yield()
            client.retire()
            return await reply
        }

        #expect(reply == .success(.status("OK")))
        #expect(await redis.send("GET", "a") == .failure(.unavailable))
        await redis.stop()
    }
}
