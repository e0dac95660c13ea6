import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite("The HTTP server's time-outs")
struct HTTPTimeoutTests {
    private func limits(_ change: (inout HTTPServerLimits) -> Void) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        change(&limits)
        return limits
    }

    @Test func `end a head that does not become whole, however steadily its bytes come`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: limits { $0.headerTimeout = .milliseconds(200) })
            defer { server.stop() }
            let client = server.client()
            client.send("GET / HTTP/1.1\r\n")

            for _ in 0..<100 where !client.hears(within: 20) { client.send("a: b\r\n") }

            #expect(client.answer()?.status == 408)
        }
    }

    @Test func `end a body that does not become whole, however steadily its bytes come`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: limits { $0.bodyTimeout = .milliseconds(200) })
            defer { server.stop() }
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n")

            for _ in 0..<100 where !client.hears(within: 20) { client.send("a") }

            #expect(client.answer()?.status == 408)
        }
    }

    @Test func `close a connection that asks nothing, before the first request and after it`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: limits { $0.idleTimeout = .seconds(1) })
            defer { server.stop() }
            let silent = server.client()
            let idle = server.client()
            idle.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(idle.answer()?.status == 200)

            #expect(silent.readToEnd() == ("", .closed))
            #expect(idle.readToEnd() == ("", .closed))
        }
    }

    @Test func `leave a request that is being served alone`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(
                limits: limits {
                    $0.headerTimeout = .seconds(1)
                    $0.bodyTimeout = .seconds(1)
                    $0.idleTimeout = .seconds(1)
                    $0.writeTimeout = .seconds(1)
                }, serve: held.serve)
            defer { server.stop() }
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(held.waitFor(1))

            #expect(!client.hears(within: 2500))
            server.onLoop { held[0].send(status: 200, fields: [], body: []) }

            #expect(client.answer()?.status == 200)
        }
    }

    @Test func `end an answer of which the client takes nothing`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: limits { $0.writeTimeout = .milliseconds(200) }) { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    while await responder.write([UInt8](repeating: 0x61, count: 10_000)) {}
                }
            }
            defer { server.stop() }
            let client = server.client(receiveBuffer: 4096)
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")

            #expect(server.seen.waitForGone(1))
            #expect(server.listener.connectionCount == 0)
        }
    }

    @Test(arguments: ["close", "keep-alive"])
    func `let a client take a whole answer slowly, after the server is done with it`(_ connection: String) async throws {
        try await onItsOwnThread {
            let size = 8 << 20
            let server = try TestServer(
                limits: limits {
                    $0.writeTimeout = .seconds(2)
                    $0.idleTimeout = .seconds(1)
                }
            ) { _, responder, _ in responder.send(status: 200, fields: [], body: [UInt8](repeating: 0x61, count: size)) }
            defer { server.stop() }
            let client = server.client(receiveBuffer: 64 << 10)
            client.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: \(connection)\r\n\r\n")

            var taken = 0
            while taken < size {
                let piece = client.read(atLeast: 256 << 10)
                if piece.isEmpty { break }
                taken += piece.count
                sleep(milliseconds: 80)
            }

            #expect(taken > size)
            #expect(client.readToEnd() == ("", .closed))
        }
    }

    @Test func `let a client that asks ahead pause in reading for longer than its next head may take`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: limits { $0.headerTimeout = .milliseconds(200) }) { _, responder, _ in
                responder.send(status: 200, fields: [], body: [UInt8](repeating: 0x61, count: 50_000))
            }
            defer { server.stop() }
            let client = server.client(receiveBuffer: 4096)
            let count = 200
            // Not a whole number of requests in what is read at once: a head is always under way.
            client.send(String(repeating: "GET / HTTP/1.1\r\nhost: abc\r\n\r\n", count: count))
            _ = try #require(steady { server.seen.requests.load(ordering: .relaxed) })
            sleep(milliseconds: 600)

            for number in 0..<count {
                let answer = client.answer()
                guard answer?.status == 200 else {
                    Issue.record("answer \(number) is \(answer?.status ?? 0)")
                    break
                }
            }
        }
    }
}
