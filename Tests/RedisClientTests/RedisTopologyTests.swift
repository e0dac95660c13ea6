import GatewayCore
import Testing

@testable import RedisClient

@Suite("The Redis client and several servers", .serialized)
struct RedisTopologyTests {
    @Test func `asks the sentinels for the master, and again after a failover`() async throws {
        let ports = try (0..<3).map { _ in try RedisServer.freePort() }
        let first = try RedisServer(["--requirepass", "pw", "--masterauth", "pw"], port: ports[0])
        let second = try RedisServer(["--requirepass", "pw", "--masterauth", "pw"], port: ports[1])
        second.command("-a", "pw", "REPLICAOF", "127.0.0.1", String(ports[0]))
        let sentinel = try RedisServer.sentinel(port: ports[2], master: "mymaster", at: ports[0], password: "pw")
        let nobody = try RedisServer.freePort()
        var settings = RedisSettings(
            source: .sentinels(
                [.tcp(host: "127.0.0.1", port: nobody), .tcp(host: "127.0.0.1", port: ports[2])], master: "mymaster", username: nil, password: nil))
        settings.password = "pw"
        settings.deadline = .milliseconds(500)
        let redis = RedisLoop(settings)
        #expect(await redis.becomes(.up))
        #expect(await redis.send("SET", "a", "1") == .success(.status("OK")))
        #expect(first.command("-a", "pw", "--no-auth-warning", "GET", "{weir}:a") == "1")

        // As a failover leaves them: the sentinels name the other, the old master is a replica.
        second.command("-a", "pw", "REPLICAOF", "NO", "ONE")
        first.command("-a", "pw", "REPLICAOF", "127.0.0.1", String(ports[1]))
        sentinel.command("SENTINEL", "REMOVE", "mymaster")
        sentinel.command("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", String(ports[1]), "1")
        _ = await redis.send("SET", "a", "2")

        #expect(await redis.becomes(.up, within: .seconds(4)))
        #expect(await redis.send("SET", "a", "3") == .success(.status("OK")))
        #expect(second.command("-a", "pw", "--no-auth-warning", "GET", "{weir}:a") == "3")
        await redis.stop()
    }

    @Test func `says that no sentinel knows the master`() async throws {
        let ports = try (0..<2).map { _ in try RedisServer.freePort() }
        let sentinel = try RedisServer.sentinel(port: ports[0], master: "mymaster", at: ports[1], password: "pw")
        let redis = RedisLoop(
            RedisSettings(source: .sentinels([.tcp(host: "127.0.0.1", port: ports[0])], master: "other", username: nil, password: nil)))

        #expect(await redis.becomes(.down(.masterUnknown)))

        await redis.stop()
        sentinel.stop()
    }

    @Test func `finds the node of a cluster that has the keys, and follows them when they move`() async throws {
        let nodes = try (0..<2).map { _ in try RedisServer(["--cluster-enabled", "yes"], port: try RedisServer.clusterPort()) }
        nodes[0].command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        nodes[1].command("CLUSTER", "MEET", "127.0.0.1", String(nodes[0].port))
        #expect(await nodes[1].soon { $0.command("CLUSTER", "INFO").contains("cluster_state:ok") })
        var settings = RedisSettings(source: .cluster(.tcp(host: "127.0.0.1", port: nodes[1].port)))
        settings.deadline = .milliseconds(500)
        let redis = RedisLoop(settings)
        #expect(await redis.becomes(.up))
        #expect(await redis.send("SET", "a", "1") == .success(.status("OK")))
        #expect(nodes[0].command("GET", "{weir}:a") == "1")

        let slot = nodes[0].command("CLUSTER", "KEYSLOT", "{weir}:a")
        let newOwner = nodes[1].command("CLUSTER", "MYID")
        nodes[0].command("DEL", "{weir}:a")
        for node in nodes.reversed() { node.command("CLUSTER", "SETSLOT", slot, "NODE", newOwner) }
        let onTheWay = await redis.send("SET", "a", "2")

        #expect(onTheWay == .failure(.refused(code: "MOVED")))
        #expect(await redis.becomes(.up, within: .seconds(4)))
        #expect(await redis.send("SET", "a", "3") == .success(.status("OK")))
        #expect(nodes[1].command("GET", "{weir}:a") == "3")
        await redis.stop()
    }
}
