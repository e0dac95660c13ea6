import Dispatch
import EventLoop
import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

@Suite("The HTTP listener", .serialized)
struct HTTPListenerTests {
    @Test func `spreads connections evenly over its workers`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(loops: 2)
            defer { server.stop() }

            let clients = (0..<40).map { _ in server.client() }
            for client in clients {
                client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(client.answer()?.status == 200)
            }

            let counts = server.listener.connectionCounts
            #expect(counts.reduce(0, +) == 40)
            #expect(counts.allSatisfy { (18...22).contains($0) }, "\(counts)")
        }
    }

    @Test func `takes no connection more than it grants, however many workers accept at once`() async throws {
        try await onItsOwnThread {
            let listener = try HTTPListener(host: "127.0.0.1", port: 0)
            let inside = Atomic<Int>(0)
            let most = Atomic<Int>(0)

            let workers = DispatchGroup()
            for number in 0..<8 {
                DispatchQueue(label: "test.accepting.\(number)").async(group: workers) {
                    for _ in 0..<50_000 where listener.opened(atMost: 3) {
                        most.max(inside.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                        inside.subtract(1, ordering: .relaxed)
                        listener.closed()
                    }
                }
            }
            workers.wait()

            #expect(most.load(ordering: .relaxed) <= 3)
            #expect(most.load(ordering: .relaxed) > 0 && listener.connectionCount == 0)
        }
    }

    @Test func `costs no CPU while a thousand connections are idle`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(loops: 2)
            defer { server.stop() }
            let clients = (0..<1000).map { _ in server.client() }
            clients[999].send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(clients[999].answer()?.status == 200)

            let before = server.onEachLoop { threadProcessorSeconds() }.reduce(0, +)
            sleep(milliseconds: 2000)
            let used = server.onEachLoop { threadProcessorSeconds() }.reduce(0, +) - before

            #expect(used < 0.02, "\(used) s of CPU in 2 s is more than 1 % of a core")
            withExtendedLifetime(clients) {}
        }
    }

    @Test func `drains: closes idle connections soon, finishes busy ones, and refuses new ones`() async throws {
        try await onItsOwnThread {
            let held = Held()
            let server = try TestServer(loops: 1) { request, responder, loop in
                if request.head.path == "/held" { held.serve(request, responder, loop) } else { TestServer.echo(request, responder, loop) }
            }
            defer { server.stop() }
            let idle = server.client()
            idle.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(idle.answer()?.status == 200)
            let busy = server.client()
            busy.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(held.waitFor(1))

            server.listener.drain()

            #expect(idle.readToEnd() == ("", .closed))
            #expect(!busy.hears(within: 300))
            server.onLoop { held[0].send(status: 200, fields: [], body: Array("done".utf8)) }
            let answer = busy.answer()
            #expect(answer?.body == "done")
            #expect(answer?.head.contains("connection: close") == true)
            #expect(busy.readToEnd() == ("", .closed))
        }
    }

    @Test func `serves a request that was on its way when draining began`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let client = server.client()
            client.send("GET /1 HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(client.answer()?.status == 200)

            server.listener.drain()
            server.onLoop {}
            client.send("GET /2 HTTP/1.1\r\nhost: a\r\n\r\n")

            #expect(client.answer()?.body == "GET /2 ")
        }
    }

    @Test func `serves all who wait to be accepted when draining begins`() async throws {
        try await onItsOwnThread {
            let server = try TestServer()
            defer { server.stop() }
            let hold = DispatchSemaphore(value: 0)
            server.loops[0].execute { hold.wait() }
            let clients = (0..<300).map { _ in server.client() }
            for client in clients { client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n") }

            server.listener.drain()
            #expect(server.listener.isAccepting)
            hold.signal()

            for client in clients { #expect(client.answer()?.status == 200) }
            #expect(!server.listener.isAccepting)
        }
    }

    @Test func `forgets connections, so that a descriptor's next owner is not mistaken for its last`() async throws {
        try await onItsOwnThread {
            let server = try TestServer(loops: 2)
            defer { server.stop() }

            for _ in 0..<300 {
                let first = server.client()
                first.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                if Bool.random() { first.reset() } else { first.close() }
                let second = server.client()
                second.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx")
                #expect(second.answer()?.body == "POST / x")
            }

            for _ in 0..<1000 where server.listener.connectionCount > 0 { sleep(milliseconds: 5) }
            #expect(server.listener.connectionCount == 0)
        }
    }
}
