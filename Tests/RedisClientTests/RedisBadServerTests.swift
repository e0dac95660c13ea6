import GatewayCore
import Synchronization
import Testing

@testable import RedisClient

/// What answers at the address is not Redis, or says what Redis never would. hiredis 0.14 ends the process over some of it.
@Suite("The Redis client and a server that is none", .serialized)
struct RedisBadServerTests {
    private static func settings(_ port: Int) -> RedisSettings {
        var settings = RedisSettings(source: .server(.tcp(host: "127.0.0.1", port: port)))
        settings.connectTimeout = .milliseconds(200)
        return settings
    }

    @Test(arguments: ["+OK POP3 server ready\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "*1000000000\r\n", "$9999999999999\r\n", ":1\r\n:2\r\n:3\r\n"])
    func `drops a server that speaks first`(greeting: String) async throws {
        let server = try SpokenServer(greeting: greeting)
        let redis = RedisLoop(Self.settings(server.port))

        #expect(await redis.isEver { if case .down = $0 { true } else { false } })
        #expect(await redis.send("GET", "a") == .failure(.unavailable))

        await redis.stop()
        server.stop()
    }

    @Test(arguments: ["+PONG\r\n+PONG\r\n", "+PONG\r\n$1\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "*100000000\r\n:1\r\n", "@\r\n"])
    func `drops a server that answers what nobody asked`(reply: String) async throws {
        let server = try SpokenServer { _ in reply }
        let redis = RedisLoop(Self.settings(server.port))

        #expect(await redis.isEver { $0 == .down(.malformed) })

        await redis.stop()
        server.stop()
    }

    @Test func `drops a server that never answers, within connect_timeout`() async throws {
        let server = try SpokenServer()
        let redis = RedisLoop(Self.settings(server.port))

        #expect(await redis.isEver { $0 == .down(.connectTimedOut) })

        await redis.stop()
        server.stop()
    }

    @Test func `gives up a reply that is larger than any may be, in one piece or in many`() async throws {
        let server = try RedisServer()
        let redis = RedisLoop(server) { $0.deadline = .seconds(5) }
        #expect(await redis.becomes(.up))
        server.command("SETRANGE", "{weir}:large", "17825792", "x")
        server.command("EVAL", "\"for i = 1, 300000 do redis.call('RPUSH', KEYS[1], '') end\"", "1", "{weir}:many")

        #expect(await redis.send("GET", "large") == .failure(.connectionLost))
        #expect(await redis.becomes(.up))
        #expect(await redis.send("LRANGE", "many", "0", "-1") == .failure(.connectionLost))
        #expect(await redis.becomes(.up))
        #expect(await redis.send("GETRANGE", "large", "0", "1") == .success(.bytes([0, 0])))
        await redis.stop()
    }
}
