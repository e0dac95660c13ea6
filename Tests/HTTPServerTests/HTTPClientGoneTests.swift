import EventLoop
import HTTPServer
import HTTPWire
import MonotonicClock
import Synchronization
import Testing

@Suite("The HTTP server, of clients that go or are slow,")
struct HTTPClientGoneTests {
    @Test(arguments: ["FIN", "half a FIN", "RST"]) func `notices within a second while it serves`(_ how: String) async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(serve: held.serve)
            defer { server.stop() }
            let client = server.client()
            client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nab")
            #expect(held.waitFor(1))

            let start = Instant.now
            switch how {
            case "FIN": client.close()
            case "RST": client.reset()
            default: client.finishSending()
            }

            #expect(server.seen.waitForGone(1))
            #expect(start.duration(to: .now) < .seconds(1))
            #expect(server.onLoop { held[0].isClientGone })
            #expect(server.listener.connectionCount == 0)
            server.onLoop { held[0].send(status: 200, fields: [], body: []) }
        }
    }

    @Test func `notices while more of its requests wait in the socket`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(serve: held.serve)
            defer { server.stop() }
            let client = server.client()
            client.send(String(repeating: "GET / HTTP/1.1\r\nhost: a\r\n\r\n", count: 100))
            #expect(held.waitFor(1))

            client.close()

            #expect(server.seen.waitForGone(1))
            #expect(server.seen.requests.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `tells a stream that writes, and the write returns false`() async throws {
        try await onItsOwnThread {
            let ended = Flag()
            let server = try TestServer { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    while await responder.write(Array("data: x\n\n".utf8)) { await Task.yield() }
                    ended.set()
                }
            }
            defer { server.stop() }
            let client = server.client()
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = client.read(atLeast: 100)

            client.close()

            #expect(ended.waitUntilSet())
        }
    }

    @Test func `makes a stream wait for a slow reader, and goes on when it reads again`() async throws {
        try await onItsOwnThread {
            let counter = Counter()
            let total = 20 << 20
            let server = try TestServer { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    while counter.value < total, await responder.write([UInt8](repeating: 0x61, count: 8192)) { counter.add(8192) }
                    responder.finish()
                }
            }
            defer { server.stop() }
            let client = server.client(receiveBuffer: 16 << 10)
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")

            let written = try #require(steady { counter.value }, "a reader that takes nothing is written nothing more")
            #expect(written < 1 << 20, "an unread stream costs less than 1 MiB")
            #expect(client.answer()?.body.utf8.count == total)
        }
    }

    @Test func `stops serving a client that asks and asks and reads no answer`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { _, responder, _ in responder.send(status: 200, fields: [], body: [UInt8](repeating: 0x61, count: 50_000)) }
            defer { server.stop() }
            let client = server.client(receiveBuffer: 4096)
            let count = 2000

            client.send(String(repeating: "GET / HTTP/1.1\r\nhost: a\r\n\r\n", count: count))

            let served = try #require(steady { server.seen.requests.load(ordering: .relaxed) })
            #expect(served < 40)
            for number in 0..<count {
                guard client.answer()?.body.utf8.count == 50_000 else {
                    Issue.record("answer \(number) is missing")
                    break
                }
            }
        }
    }

    @Test func `shows a client that a stream was cut: no last chunk, then the end`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    _ = await responder.write(Array("part".utf8))
                    responder.abort()
                }
            }
            defer { server.stop() }
            let client = server.client()

            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")

            let (text, end) = client.readToEnd()
            #expect(text.hasSuffix("\r\n\r\n4\r\npart\r\n") && end == .closed)
        }
    }

    @Test func `resets where nothing else shows that a stream was cut`() async throws {
        try await onItsOwnThread {
            let server = try TestServer { _, responder, loop in
                loop.spawn {
                    responder.begin(status: 200, fields: [])
                    _ = await responder.write(Array("part".utf8))
                    responder.abort()
                }
            }
            defer { server.stop() }
            let client = server.client()

            client.send("GET / HTTP/1.0\r\n\r\n")

            #expect(client.readToEnd().end == .reset)
        }
    }
}

final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    func set() { value.store(true, ordering: .releasing) }
    func waitUntilSet() -> Bool {
        for _ in 0..<1000 where !value.load(ordering: .acquiring) { sleep(milliseconds: 5) }
        return value.load(ordering: .acquiring)
    }
}

final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add(_ number: Int) { count.add(number, ordering: .relaxed) }
}
