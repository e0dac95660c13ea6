import CurlClient
import EventLoop
import Glibc
import HTTPWire
import MonotonicClock
import Testing

@Suite("A connection of the upstream client", .serialized)
struct ClientConnectionTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    private func endpoint(_ server: ScriptedServer) -> CurlEndpoint { CurlEndpoint(url: "http://127.0.0.1:\(server.port)") }

    private func post(bytes: Int = 2) -> CurlRequest { CurlRequest(method: "POST", path: "/x", body: [UInt8](repeating: 0x61, count: bytes)) }

    /// Whether the condition comes true within a few seconds.
    private func becomes(_ condition: () -> Bool) async throws -> Bool {
        let start = Instant.now
        while !condition() {
            guard start.duration(to: .now) < .seconds(5) else { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    @Test func `takes an answer that comes before the whole request is out, and is not used again`() async throws {
        let loop = try ClientLoop()
        let early = ScriptedServer.Step(bytes: "HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nno!", bodyBytesRead: 0)
        let server = ScriptedServer([early, ScriptedServer.Step(bytes: Self.ok)])

        let refused = try await loop.fetch(post(bytes: 30 << 20), to: endpoint(server)).get()
        #expect(refused.head.status == 413)
        #expect(refused.text == "no!")
        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "ok")

        #expect(server.accepted == 2)
        server.stop()
        await loop.stop()
    }

    @Test func `sends the requests of one turn of the loop at its end, and none that was cancelled before`() async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([ScriptedServer.Step(bytes: Self.ok)])
        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "ok")

        let inTurn = await loop.run { [endpoint = endpoint(server), request = post()] client -> Int? in
            guard let cancelled = try? client.send(request, to: endpoint) else { return nil }
            // Whatever had left by now would be there.
            usleep(50_000)
            let count = server.requests
            cancelled.cancel()
            return count
        }
        #expect(inTurn == 1)
        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "ok")

        #expect(server.requests == 2)
        server.stop()
        await loop.stop()
    }

    @Test func `takes an answer that its server sent before it closed without reading the request`() async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: "HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy", bodyBytesRead: 0, closes: true)])

        // Whether the answer survives the reset that follows is the kernels' affair; that the failure is told is ours.
        switch await loop.fetch(post(bytes: 30 << 20), to: endpoint(server)) {
        case .success(let answer): #expect(answer.head.status == 503)
        case .failure(let error): #expect([.closedBeforeAnswer(code: 56), .cut(code: 56)].contains(error))
        }
        server.stop()
        await loop.stop()
    }

    @Test func `sends a large body in pieces as one`() async throws {
        let loop = try ClientLoop()
        var request = CurlRequest(method: "POST", path: "/x", headers: [HeaderField("x-mock", "echo")])
        let pieces = (0..<150).map { number in [UInt8](repeating: UInt8(ascii: "a") + UInt8(number % 26), count: 1 + number * 97)[...] }
        request.body = .init(pieces: pieces)

        let answer = try await loop.fetch(request).get()

        #expect(answer.text.contains("\"body\":\"" + String(decoding: pieces.joined(), as: UTF8.self) + "\""))
        await loop.stop()
    }

    @Test(arguments: [ok, "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", "?"])
    func `on which something came behind the answer is not used again`(stray: String) async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: Self.ok + stray), .init(bytes: Self.ok.replacing("ok", with: "it"))])

        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "ok")
        #expect(try await becomes { server.ended == 1 }, "it is closed at once")
        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "it")

        #expect(server.accepted == 2)
        server.stop()
        await loop.stop()
    }

    @Test func `on which something comes while it idles is not used again`() async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: Self.ok, later: Self.ok), .init(bytes: Self.ok.replacing("ok", with: "it"))])

        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "ok")
        server.release()
        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "it")

        #expect(server.accepted == 2)
        server.stop()
        await loop.stop()
    }

    @Test func `on which something came in the same turn is not used again`() async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: Self.ok, later: Self.ok), .init(bytes: Self.ok.replacing("ok", with: "it"))])
        let (endpoint, request) = (endpoint(server), post())

        // Between the answer and the next request the loop looks at no socket.
        let second = await loop.run { client -> String? in
            guard let transfer = try? client.send(request, to: endpoint) else { return nil }
            while (try? await transfer.next()) != nil {}
            server.release()
            return try? await client.fetch(request, to: endpoint).get().text
        }

        #expect(second == "it")
        server.stop()
        await loop.stop()
    }

    @Test func `reads an answer without length to the connection's end`() async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: "HTTP/1.1 200 OK\r\nx: y\r\n\r\nall of it", closes: true)])

        #expect(try await loop.fetch(post(), to: endpoint(server)).get().text == "all of it")
        #expect(await loop.run { $0.activeCount } == 0)
        server.stop()
        await loop.stop()
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok", false),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", false), ("HTTP/1.1 200 OK\nx: y\n\n", false),
        ("SSH-2.0-OpenSSH_9.2\r\n", false), ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\nok", true),
    ])
    func `refuses an answer that two could read differently`(answer: String, isCut: Bool) async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: answer)])

        let error = await loop.fetch(post(), to: endpoint(server)).error

        if case .malformed? = error, !isCut {} else if case .cut? = error, isCut {} else { Issue.record("\(String(describing: error))") }
        #expect(try await becomes { server.ended == 1 })
        server.stop()
        await loop.stop()
    }

    @Test(arguments: ["/a b", "/a\r\nx: y", "/a#b", "/\u{E9}"])
    func `is not given a path that would not be one line`(path: String) async throws {
        let loop = try ClientLoop()
        let server = ScriptedServer([.init(bytes: Self.ok)])

        guard case .refusedRequest? = await loop.fetch(CurlRequest(method: "GET", path: path), to: endpoint(server)).error else {
            Issue.record("it was sent")
            return
        }
        #expect(server.requests == 0)
        server.stop()
        await loop.stop()
    }

    @Test func `is kept up to the client's limit and closed beyond it`() async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 2)
        let server = ScriptedServer([.init(bytes: Self.ok, bodyBytesRead: nil)])
        let (endpoint, request) = (endpoint(server), post())

        await loop.run { client in
            let transfers = (0..<5).compactMap { _ in try? client.send(request, to: endpoint) }
            for transfer in transfers { while (try? await transfer.next()) != nil {} }
        }

        #expect(try await becomes { server.ended == 3 })
        server.stop()
        await loop.stop()
    }
}
