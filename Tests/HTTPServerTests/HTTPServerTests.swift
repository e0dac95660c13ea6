import Dispatch
import EventLoop
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@Suite("The HTTP server")
struct HTTPServerTests {
    @Test func `answers one request after another on a connection`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()

            for number in 1...3 {
                client.send("POST /n\(number) HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab")
                #expect(client.answer()?.body == "POST /n\(number) ab")
            }
            #expect(server.listener.connectionCount == 1)
        }
    }

    @Test func `answers pipelined requests in their order, also when an earlier one takes longer`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { request, responder, loop in
                loop.spawn {
                    for _ in 0..<(request.head.path == "/slow" ? 50 : 0) { await Task.yield() }
                    responder.send(status: 200, fields: [], body: Array(request.head.path.utf8))
                }
            }
            defer { server.stop() }
            let client = server.client()

            client.send(["/slow", "/b", "/slow", "/d"].map { "GET \($0) HTTP/1.1\r\nhost: a\r\n\r\n" }.joined())

            #expect((0..<4).map { _ in client.answer()?.body } == ["/slow", "/b", "/slow", "/d"])
        }
    }

    @Test func `sends the answers of one turn of the loop together, at its end`() async throws {
        try await onItsOwnThread {
            let (hasAnswered, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let server = try TestServer { request, responder, _ in
                responder.send(status: 200, fields: [], body: Array(request.head.path.utf8))
                guard request.head.path == "/a" else { return }
                hasAnswered.signal()
                mayGoOn.wait()
            }
            defer { server.stop() }
            let client = server.client()

            client.send(["/a", "/b"].map { "GET \($0) HTTP/1.1\r\nhost: a\r\n\r\n" }.joined())
            hasAnswered.wait()
            let hasHeard = client.hears(within: 50)
            mayGoOn.signal()

            #expect(!hasHeard)
            #expect((0..<2).map { _ in client.answer()?.body } == ["/a", "/b"])
        }
    }

    @Test(arguments: [10, 200 << 10]) func `answers in order, whether answers are copied together or too large for that`(_ bytes: Int) async throws {
        try await onItsOwnThread {
            let server = try TestServer { request, responder, _ in
                responder.send(
                    status: 200, fields: [],
                    body: Array("\(request.head.path) ".utf8) + [UInt8](repeating: 0x61, count: request.head.path == "/b" ? bytes : 1))
            }
            defer { server.stop() }
            let client = server.client()

            client.send(["/a", "/b", "/c"].map { "GET \($0) HTTP/1.1\r\nhost: a\r\n\r\n" }.joined())

            #expect((0..<3).map { _ in client.answer()?.body.count } == [4, bytes + 3, 4])
        }
    }

    @Test func `a client that ends its side behind its request gets an answer that is there at once`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()
            let mayGoOn = DispatchSemaphore(value: 0)

            server.loops[0].execute { mayGoOn.wait() }
            client.send("GET /a HTTP/1.1\r\nhost: a\r\n\r\n")
            client.finishSending()
            mayGoOn.signal()

            #expect(client.answer()?.body == "GET /a ")
        }
    }

    @Test func `lets other connections have their turn while one sends request after request`() async throws {
        try await onItsOwnThread {
            let perTurn = Mutex<[Int: Int]>([:])
            let server = try TestServer { _, responder, loop in
                let turn = loop.turns.load(ordering: .relaxed)
                perTurn.withLock { $0[turn, default: 0] += 1 }
                responder.send(status: 200, fields: [], body: [])
            }
            defer { server.stop() }
            let client = server.client()

            client.send(String(repeating: "GET / HTTP/1.1\r\nhost: a\r\n\r\n", count: 1000))

            #expect((0..<1000).allSatisfy { _ in client.answer()?.status == 200 })
            #expect(perTurn.withLock { $0.values.max() ?? 0 } <= 64)
        }
    }

    @Test func `reads a request whatever pieces it comes in`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()

            for byte in Array("POST /p HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nt: 1\r\n\r\n".utf8) {
                client.send([byte])
            }

            #expect(client.answer()?.body == "POST /p abcde")
        }
    }

    @Test func `takes a chunked body with trailers and then the next request`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()

            client.send(
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nt: 1\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n")

            #expect(client.answer()?.body == "POST / abc")
            #expect(client.answer()?.body == "GET /2 ")
        }
    }

    @Test func `takes a large body`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()
            let body = String(repeating: "0123456789abcdef", count: 5 << 16)

            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")

            #expect(client.answer()?.body == "POST / " + body)
        }
    }

    @Test func `invites a client that waits with 100 Continue, once, and not one that does not wait`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()

            client.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            #expect(client.answer()?.status == 100)
            client.send("ab")
            #expect(client.answer()?.body == "POST / ab")

            client.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\ncd")
            #expect(client.answer()?.body == "POST / cd")
            client.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 0\r\n\r\n")
            #expect(client.answer()?.status == 200)
        }
    }

    @Test func `invites a client behind the answer to the request before, whether that is whole or streamed`() async throws {
        try await onItsOwnThread {
            let mayEnd = Mutex(false)
            let server = try TestServer { request, responder, loop in
                guard request.head.path == "/stream" else { return TestServer.echo(request, responder, loop) }
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    _ = await responder.write(Array("begun ".utf8))
                    while !mayEnd.withLock({ $0 }) { await Task.yield() }
                    _ = await responder.write(Array("ended".utf8))
                    responder.finish()
                }
            }
            defer { server.stop() }
            let invited = "POST /b HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"

            for path in ["/whole", "/stream"] {
                let client = server.client()
                client.send("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n\(invited)")
                if path == "/stream" { #expect(client.hears(within: 5000)) }
                mayEnd.withLock { $0 = true }

                #expect(client.answer()?.body == (path == "/stream" ? "begun ended" : "GET /whole "))
                #expect(client.answer()?.status == 100)
                client.send("ok")
                #expect(client.answer()?.body == "POST /b ok")
            }
        }
    }

    @Test func `answers HEAD without a body, whether whole or streamed, and keeps the connection`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { request, responder, loop in
                guard request.head.path == "/stream" else { return TestServer.echo(request, responder, loop) }
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    _ = await responder.write(Array("never seen".utf8))
                    responder.finish()
                }
            }
            defer { server.stop() }
            let client = server.client()

            client.send("HEAD /whole HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(client.answer(hasBody: false)?.head.contains("content-length: 12") == true)
            client.send("HEAD /stream HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(client.answer(hasBody: false)?.head.contains("chunked") == true)
            client.send("GET /next HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(client.answer()?.body == "GET /next ")
        }
    }

    @Test func `never sends a body with a status that has none`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 204, fields: [])
                    _ = await responder.write(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
                    responder.finish()
                }
            }
            defer { server.stop() }
            let client = server.client()

            client.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")

            let (text, _) = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 204 ") && text.hasSuffix("\r\n\r\n") && !text.contains("200"))
        }
    }

    @Test func `speaks HTTP 1.0: closes unless asked not to, and streams without chunks`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { request, responder, loop in
                guard request.head.path == "/stream" else { return TestServer.echo(request, responder, loop) }
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    _ = await responder.write(Array("piece".utf8))
                    responder.finish()
                }
            }
            defer { server.stop() }

            let plain = server.client()
            plain.send("GET /a HTTP/1.0\r\n\r\n")
            let (text, end) = plain.readToEnd()
            #expect(text.hasSuffix("\r\n\r\nGET /a ") && end == .closed)

            let kept = server.client()
            kept.send("GET /a HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            #expect(kept.answer()?.head.contains("connection: keep-alive") == true)
            kept.send("GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            let (stream, streamEnd) = kept.readToEnd()
            #expect(stream.hasSuffix("\r\n\r\npiece") && streamEnd == .closed)
        }
    }

    @Test func `serves a target in absolute form`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()

            client.send("GET http://b/x?y HTTP/1.1\r\nhost: a\r\n\r\n")

            #expect(client.answer()?.body == "GET /x?y ")
        }
    }

    @Test func `closes after the number of requests it grants a connection`() async throws {
        try await onItsOwnThread {
            var limits = HTTPServerLimits()
            limits.requestsPerConnection = 2
            let server = try TestServer(limits: limits)
            defer { server.stop() }
            let client = server.client()

            client.send(String(repeating: "GET / HTTP/1.1\r\nhost: a\r\n\r\n", count: 3))

            #expect(client.answer()?.head.contains("connection: close") == false)
            #expect(client.answer()?.head.contains("connection: close") == true)
            #expect(client.readToEnd() == ("", .closed))
            #expect(server.seen.requests.load(ordering: .relaxed) == 2)
        }
    }
}
