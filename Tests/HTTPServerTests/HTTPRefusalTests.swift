import Dispatch
import EventLoop
import HTTPServer
import HTTPWire
import MonotonicClock
import Synchronization
import Testing

@Suite("The HTTP server, of requests it refuses,")
struct HTTPRefusalTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let request: String
        let status: Int
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "no HTTP", request: "\u{16}\u{3}\u{1} hello\r\n\r\n", status: 400),
        Case(name: "no host", request: "GET / HTTP/1.1\r\n\r\n", status: 400),
        Case(
            name: "length and coding", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            status: 400),
        Case(name: "two lengths", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", status: 400),
        Case(name: "a length in a list", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3, 3\r\n\r\nabc", status: 400),
        Case(name: "a length with a sign", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +3\r\n\r\nabc", status: 400),
        Case(name: "coding twice", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", status: 400),
        Case(name: "coding unknown", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", status: 501),
        Case(name: "coding in HTTP/1.0", request: "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", status: 400),
        Case(name: "space before the colon", request: "GET / HTTP/1.1\r\nhost : a\r\n\r\n", status: 400),
        Case(name: "folded line", request: "GET / HTTP/1.1\r\nhost: a\r\n b: c\r\n\r\n", status: 400),
        Case(name: "bare LF", request: "GET / HTTP/1.1\nhost: a\n\n", status: 400),
        Case(name: "bare CR", request: "GET / HTTP/1.1\r\nhost: a\rb: c\r\n\r\n", status: 400),
        Case(name: "NUL in a value", request: "GET / HTTP/1.1\r\nhost: a\r\nb: \u{0}\r\n\r\n", status: 400),
        Case(name: "bad chunk size", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", status: 400),
        Case(
            name: "chunk size beyond all", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            status: 400),
        Case(
            name: "chunk without its end", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
            status: 400),
        Case(name: "body too large", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n", status: 413),
        Case(name: "body beyond all", request: "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9223372036854775807\r\n\r\n", status: 413),
        Case(name: "chunked body too large", request: "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n", status: 413),
        Case(name: "request line too long", request: "GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nhost: a\r\n\r\n", status: 414),
        Case(name: "header too large", request: "GET / HTTP/1.1\r\nhost: a\r\nb: " + String(repeating: "c", count: 40_000) + "\r\n\r\n", status: 431),
        Case(name: "too many fields", request: "GET / HTTP/1.1\r\nhost: a\r\n" + String(repeating: "b: c\r\n", count: 200) + "\r\n", status: 431),
        Case(name: "unknown expectation", request: "POST / HTTP/1.1\r\nhost: a\r\nexpect: magic\r\ncontent-length: 1\r\n\r\na", status: 417),
        Case(name: "CONNECT", request: "CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n", status: 501),
        Case(name: "HTTP/2.0", request: "GET / HTTP/2.0\r\nhost: a\r\n\r\n", status: 505),
    ]

    private static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.wire.bodyBytes = 1000
        return limits
    }

    @Test func `tells a client that it sends too much, although it looks only when it has sent it all`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: Self.limits)
            defer { server.stop() }
            let client = server.client()
            let bytes = 12 << 20

            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: \(bytes)\r\n\r\n")
            #expect(client.send([UInt8](repeating: 0x61, count: bytes)))

            #expect(client.answer()?.status == 413)
        }
    }

    @Test(arguments: cases) func `answers, closes, and serves nothing that follows`(_ wrong: Case) async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: Self.limits)
            defer { server.stop() }
            let client = server.client()

            client.send(wrong.request + "GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n")

            let answer = try #require(client.answer())
            #expect(answer.status == wrong.status)
            #expect(answer.head.contains("connection: close"))
            #expect(client.readToEnd() == ("", .closed))
            #expect(server.seen.requests.load(ordering: .relaxed) == 0)
        }
    }

    @Test func `lets a client that is still sending read the answer`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: Self.limits)
            defer { server.stop() }
            let client = server.client()

            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3000000\r\n\r\n")
            client.send([UInt8](repeating: 0x61, count: 3_000_000))

            #expect(client.answer()?.status == 413)
            #expect(client.readToEnd() == ("", .closed))
        }
    }

    @Test func `gives no more than so many bytes of request bodies a place at once`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(bodyBudgetBytes: 1000, serve: held.serve)
            defer { server.stop() }
            let request = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 600\r\n\r\n" + String(repeating: "a", count: 600)
            let first = server.client()
            first.send(request)
            #expect(held.waitFor(1))

            let second = server.client()
            second.send(request)
            #expect(second.answer()?.status == 503)

            #expect(server.bodyBudget.bytesUsed == 600)
            server.onLoop { held[0].send(status: 200, fields: [], body: []) }
            #expect(first.answer()?.status == 200)
            #expect(server.bodyBudget.bytesUsed == 0)
        }
    }

    @Test func `tells the service which request it was, once its head has come whole`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(limits: Self.limits, bodyBudgetBytes: 100)
            defer { server.stop() }

            for request in [
                "POST /declared HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n",
                "POST /chunked HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n",
                "POST /no-room HTTP/1.1\r\nhost: a\r\ncontent-length: 200\r\n\r\n" + String(repeating: "a", count: 200),
                "GET /no-head HTTP/2.0\r\nhost: a\r\n\r\n",
            ] {
                let client = server.client()
                client.send(request)
                #expect(client.answer() != nil)
            }

            #expect(server.seen.heads.withLock { $0 } == ["/declared", "/chunked", "/no-room", nil])
        }
    }

    @Test func `answers a request that is still arriving when the listener ends`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let inBody = server.client()
            inBody.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 600\r\n\r\nabc")
            let inHead = server.client()
            inHead.send("POST / HTTP/1.1\r\nhost:")
            for _ in 0..<1000 where server.bodyBudget.bytesUsed != 3 || server.listener.connectionCount != 2 { sleep(milliseconds: 5) }
            server.listener.drain()

            // The head's first bytes may still be on their way.
            for client in [inBody, inHead] {
                for _ in 0..<1000 where !client.hears(within: 5) { server.listener.refuseUnfinished() }
                #expect(client.answer()?.status == 503)
            }
        }
    }

    @Test func `while draining, waits a moment only for a client to close after its last answer`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(serve: held.serve)
            defer { server.stop() }
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(held.waitFor(1))
            server.listener.drain()
            for _ in 0..<1000 where server.listener.isAccepting { sleep(milliseconds: 5) }
            server.onLoop { held[0].send(status: 200, fields: [], body: []) }
            #expect(client.answer()?.status == 200)
            let answered = Instant.now

            for _ in 0..<1000 where server.listener.connectionCount != 0 { sleep(milliseconds: 5) }

            #expect(answered.duration(to: .now) < .milliseconds(1500), "the client has not closed, and would have been waited for 2 s")
        }
    }

    @Test func `gives a client that leaves inside its body its place back`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(bodyBudgetBytes: 1000)
            defer { server.stop() }
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 600\r\n\r\n" + String(repeating: "a", count: 300))
            for _ in 0..<1000 where server.bodyBudget.bytesUsed != 300 { sleep(milliseconds: 5) }

            client.close()

            for _ in 0..<1000 where server.bodyBudget.bytesUsed != 0 { sleep(milliseconds: 5) }
            #expect(server.bodyBudget.bytesUsed == 0)
            for _ in 0..<1000 where server.listener.connectionCount != 0 { sleep(milliseconds: 5) }
            #expect(server.listener.connectionCount == 0)
        }
    }

    @Test func `answers one connection too many with 503 and serves the others`() async throws {
        try await onItsOwnThread {
            var limits = HTTPServerLimits()
            limits.connections = 2
            let server = try TestServer(limits: limits)
            defer { server.stop() }
            let clients = (0..<2).map { _ in server.client() }
            for client in clients {
                client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(client.answer()?.status == 200)
            }

            let third = server.client()
            #expect(third.answer()?.status == 503)

            #expect(server.seen.refusals.withLock { $0 } == [.tooMany])
            clients[0].send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(clients[0].answer()?.status == 200)
        }
    }

    /// Answers at once, but for `/held`, and closes silent connections for others.
    private func server(of connections: Int, _ held: Held = Held()) throws -> TestServer {
        var limits = HTTPServerLimits()
        (limits.connections, limits.replacesSilent) = (connections, true)
        return try TestServer(limits: limits) { request, responder, loop in
            (request.head.path == "/held" ? held.serve : TestServer.echo)(request, responder, loop)
        }
    }

    @Test func `closes the connection that has been silent for longest for one more, where it is told to`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try server(of: 4, held)
            defer { server.stop() }
            let (busy, begun, silent, used) = (server.client(), server.client(), server.client(), server.client())
            busy.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(held.waitFor(1))
            begun.send("GET / HTTP/1.1\r\n")
            used.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(used.answer()?.status == 200)

            sleep(milliseconds: 300)  // until then, they may just be about to ask

            var others: [TestClient] = []
            for gone in [silent, used, begun] {
                let other = server.client()
                other.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
                others.append(other)
                #expect(gone.readToEnd() == ("", .closed))
                #expect(held.waitFor(others.count + 1))
            }

            let last = server.client()
            last.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(!last.hears(within: 200), "all are being served")
            server.onLoop { held[0].send(status: 200, fields: [], body: []) }
            #expect(busy.answer()?.status == 200)
            #expect(last.answer()?.status == 200)
        }
    }

    @Test func `closes none for one more before that one comes`() async throws {
        try await onItsOwnThread {
            let server = try server(of: 4)
            defer { server.stop() }
            var clients = (0..<3).map { _ in server.client() }
            for client in clients {
                client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(client.answer()?.status == 200)
            }
            sleep(milliseconds: 300)  // silent for so long that their places could be taken

            clients.append(server.client())  // has the last place

            for client in clients.reversed() {
                client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(client.answer()?.status == 200)
            }
        }
    }

    @Test func `serves when draining begins who waits for a place that has come free`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try server(of: 1, held)
            defer { server.stop() }
            let busy = server.client()
            busy.send("GET /held HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            #expect(held.waitFor(1))
            let waiting = server.client()
            waiting.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(!waiting.hears(within: 50))

            server.onLoop {
                held[0].send(status: 200, fields: [], body: [])
                server.listener.drain()
            }

            #expect(busy.answer()?.status == 200)
            #expect(waiting.answer()?.status == 200)
        }
    }

    @Test func `closes for one more no connection whose request has come or whose answer is being read`() async throws {
        try await onItsOwnThread {
            var limits = HTTPServerLimits()
            (limits.connections, limits.replacesSilent) = (3, true)
            let server = try TestServer(limits: limits) { _, responder, _ in
                responder.send(status: 200, fields: [], body: [UInt8](repeating: 0x61, count: 4 << 20))
            }
            defer { server.stop() }
            let clients = (0..<9).map { _ in server.client() }
            for client in clients { client.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") }

            let answers = Mutex<[Int]>([])
            let all = DispatchGroup()
            for client in clients {
                let client = Unshared(value: client)
                DispatchQueue(label: "test.reader").async(group: all) {
                    let count = client.value.answer()?.body.utf8.count ?? 0
                    answers.withLock { $0.append(count) }
                }
            }
            all.wait()

            #expect(answers.withLock { $0 } == Array(repeating: 4 << 20, count: clients.count))
            #expect(server.seen.refusals.withLock { $0 } == [])
        }
    }

    @Test func `holds a connection that is open already to new limits from its next request on`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let (idle, fresh) = (server.client(), server.client())
            let request = "GET / HTTP/1.1\r\nhost: a\r\nlong: \(String(repeating: "a", count: 2000))\r\n\r\n"
            idle.send(request)
            #expect(idle.answer()?.status == 200)

            var limits = HTTPServerLimits()
            limits.wire.headerBytes = 1024
            server.listener.update(limits)
            server.onLoop {}

            for client in [idle, fresh] {
                client.send(request)
                #expect(client.answer()?.status == 431)
            }
        }
    }
}

/// Used by one thread at a time.
private struct Unshared<Value>: @unchecked Sendable { let value: Value }
