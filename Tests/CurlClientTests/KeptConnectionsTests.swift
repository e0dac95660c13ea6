import CurlClient
import EventLoop
import HTTPWire
import MonotonicClock
import Testing

@Suite("Connections that the upstream client keeps", .serialized)
struct KeptConnectionsTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    private func straight(_ port: Int) -> CurlEndpoint { CurlEndpoint(url: "http://127.0.0.1:\(port)") }

    private func forwarded(_ port: Int) -> CurlEndpoint { CurlEndpoint(url: "http://somewhere.invalid", proxy: "http://127.0.0.1:\(port)") }

    /// libcurl's from beginning to end.
    private func http2(_ port: Int) -> CurlEndpoint { CurlEndpoint(url: "https://127.0.0.1:\(port)", http2: true) }

    /// What an HTTP/2 server is to do stands in the body.
    private func post(_ body: String) -> CurlRequest { CurlRequest(method: "POST", path: "/x", body: Array(body.utf8)) }

    private func get(connectTimeout: Duration = .seconds(5)) -> CurlRequest {
        CurlRequest(method: "GET", path: "/x", connectTimeout: connectTimeout)
    }

    /// Whether the condition comes true within a few seconds.
    private func becomes(_ condition: () async -> Bool) async throws -> Bool {
        let start = Instant.now
        while await !condition() {
            guard start.duration(to: .now) < .seconds(5) else { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    /// Sends so many requests at once and waits for what comes of them.
    private func burst(_ loop: ClientLoop, _ count: Int, _ request: CurlRequest, to endpoint: CurlEndpoint) async {
        await loop.run { client in
            let transfers = (0..<count).compactMap { _ in try? client.send(request, to: endpoint) }
            for transfer in transfers { while (try? await transfer.next()) != nil {} }
        }
    }

    @Test(arguments: [false, true], ["time-out", "cancelled"])
    func `are not those that were never made`(_ isLibcurls: Bool, _ end: String) async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 4)
        let (full, server) = (FullListener(), ScriptedServer([.init(bytes: Self.ok)]))
        let dead = isLibcurls ? http2(full.port) : straight(full.port)

        await loop.run { [request = get(connectTimeout: .milliseconds(100))] client in
            let transfers = (0..<8).compactMap { _ in try? client.send(request, to: dead) }
            try? await Task.sleep(for: .milliseconds(20))
            for transfer in transfers {
                if end == "cancelled" { transfer.cancel() }
                _ = try? await transfer.head()
            }
        }

        #expect(await loop.run { $0.keptCount } == 0)
        for _ in 0..<3 { #expect(try await loop.fetch(get(), to: straight(server.port)).get().text == "ok") }
        #expect(server.accepted == 1)
        await loop.stop()
        server.stop()
        withExtendedLifetime(full) {}
    }

    /// Sends bursts where only two connections may be kept, and says whether the server sees as many as are counted, and none without its endpoint.
    private func keepsTwo(_ endpoint: CurlEndpoint, _ counts: () -> (accepted: Int, ended: Int)) async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 2)
        let other = ScriptedServer([.init(bytes: Self.ok)])

        for count in [10, 30, 1] { await burst(loop, count, get(), to: endpoint) }

        let kept = await loop.run { $0.keptCount }
        #expect(kept == 1 || kept == 2)
        #expect(try await becomes { counts().accepted - counts().ended == kept })
        await loop.run { $0.keepPools(of: []) }
        #expect(try await becomes { counts().accepted == counts().ended })
        #expect(await loop.run { $0.keptCount } == 0)
        for _ in 0..<3 { #expect(try await loop.fetch(get(), to: straight(other.port)).get().text == "ok") }
        #expect(other.accepted == 1)
        await loop.stop()
        other.stop()
    }

    @Test(arguments: [false, true]) func `are no more than granted`(_ isForwarded: Bool) async throws {
        let server = ScriptedServer([.init(bytes: Self.ok)])
        try await keepsTwo(isForwarded ? forwarded(server.port) : straight(server.port)) { (server.accepted, server.ended) }
        server.stop()
    }

    @Test func `are no more than granted where libcurl keeps them`() async throws {
        let server = try HTTP2Server()
        try await keepsTwo(server.endpoint) { (server.accepted, server.ended) }
    }

    /// Each was told beforehand that there was room.
    @Test func `are no more than granted where several providers' libcurls keep them`() async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 2)
        let servers = try [HTTP2Server(), HTTP2Server(), HTTP2Server()]

        await loop.run { [request = post("late")] client in
            let transfers = (0..<6).compactMap { try? client.send(request, to: servers[$0 % 3].endpoint) }
            for transfer in transfers { while (try? await transfer.next()) != nil {} }
        }

        #expect(await loop.run { $0.keptCount } == 2)
        #expect(try await becomes { servers.map { $0.accepted - $0.ended }.reduce(0, +) == 2 })
        await loop.stop()
    }

    @Test func `outlive a reader who is behind when its answer ends`() async throws {
        let loop = try ClientLoop()
        let server = try HTTP2Server()

        let count = await loop.run { [request = post("big")] client -> Int in
            guard let transfer = try? client.send(request, to: server.endpoint), (try? await transfer.head()) != nil else { return 0 }
            // libcurl has all of it by now, and its last piece is what found no room.
            try? await Task.sleep(for: .milliseconds(200))
            var count = 0
            while let bytes = try? await transfer.next() { count += bytes.count }
            return count
        }

        #expect(count > 70_000)
        #expect(await loop.run { $0.keptCount } == 1)
        for _ in 0..<3 { _ = try await loop.fetch(post(""), to: server.endpoint).get() }
        #expect(server.accepted == 1)
        await loop.run { $0.keepPools(of: []) }
        #expect(try await becomes { server.ended == 1 })
        #expect(await loop.run { $0.keptCount } == 0)
        await loop.stop()
    }

    @Test(arguments: ["reset", "interim"]) func `are not those of failed HTTP/2 streams`(_ failure: String) async throws {
        let loop = try ClientLoop()
        let server = try HTTP2Server()

        for _ in 0..<3 { await #expect(throws: CurlError.self) { try await loop.fetch(post(failure), to: server.endpoint).get() } }

        #expect(await loop.run { $0.keptCount } == 0)
        #expect(try await becomes { server.ended == 3 })
        #expect(server.accepted == 3)
        await loop.stop()
    }

    /// libcurl hears of it no sooner than before its next request.
    @Test func `count no more once an HTTP/2 server has closed them`() async throws {
        let loop = try ClientLoop()
        let server = try HTTP2Server()
        _ = try await loop.fetch(post(""), to: server.endpoint).get()
        #expect(await loop.run { $0.keptCount } == 1)

        server.stop()

        #expect(try await becomes { await loop.run { $0.keptCount } == 0 })
        await loop.stop()
    }

    @Test func `end with their endpoint, those of a call under way with the call`() async throws {
        let loop = try ClientLoop()
        for way in [straight, forwarded] {
            let server = ScriptedServer([.init(bytes: Self.ok), .init(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", later: "late")])
            let endpoint = way(server.port)
            _ = await loop.fetch(get(), to: endpoint)

            let text = await loop.run { [request = get()] client -> String? in
                guard let transfer = try? client.send(request, to: endpoint), (try? await transfer.head()) != nil else { return nil }
                client.keepPools(of: [])
                server.release()
                return (try? await transfer.next()).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
            }

            #expect(text == "late")
            #expect(try await becomes { server.ended == server.accepted })
            #expect(await loop.run { $0.keptCount } == 0)
            server.stop()
        }
        await loop.stop()
    }

    /// Whatever becomes of calls and pools, in whatever order.
    @Test(.timeLimit(.minutes(3)), arguments: 1...3) func `are counted right`(_ round: Int) async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 8)
        let (server, closing) = (ScriptedServer([.init(bytes: Self.ok)]), ScriptedServer([.init(bytes: Self.ok, closes: true)]))
        let full = FullListener()
        let modern = try HTTP2Server()
        let endpoints = [
            modern.endpoint, modern.endpoint, http2(full.port),
            straight(server.port), CurlEndpoint(url: "http://127.0.0.1:\(server.port)/a"), forwarded(server.port), forwarded(closing.port),
            straight(closing.port), straight(1), straight(full.port), forwarded(full.port), CurlEndpoint(url: "https://127.0.0.1:\(server.port)"),
            CurlEndpoint(url: "https://localhost:\(server.port)", http2: true), CurlEndpoint(url: "http://nobody.invalid"),
            CurlEndpoint(url: "https://a.invalid", proxy: "http://127.0.0.1:\(server.port)"), loop.endpoint(),
        ]

        await loop.run { client in
            var random = SystemRandomNumberGenerator()
            for _ in 0..<150 {
                var transfers: [CurlTransfer] = []
                for _ in 0..<Int.random(in: 1...10, using: &random) {
                    guard let endpoint = endpoints.randomElement(using: &random) else { continue }
                    var request = CurlRequest.chat(["", "delay=5ms", "chunks=5,interval=2ms"].randomElement(using: &random) ?? "")
                    if endpoint == modern.endpoint {
                        request.body = BodyPieces(Array((["", "big", "reset", "interim", "hang"].randomElement(using: &random) ?? "").utf8))
                    }
                    request.isOnFreshConnection = Int.random(in: 0..<6, using: &random) == 0
                    request.connectTimeout = .milliseconds(Int.random(in: 1...100, using: &random))
                    request.firstByteTimeout = .milliseconds(300)
                    request.idleTimeout = .milliseconds(100)
                    if let transfer = try? client.send(request, to: endpoint) { transfers.append(transfer) }
                    if Int.random(in: 0..<8, using: &random) == 0 {
                        client.keepPools(of: Set(endpoints.shuffled(using: &random).prefix(Int.random(in: 0..<endpoints.count, using: &random))))
                    }
                    if Int.random(in: 0..<4, using: &random) == 0 { transfers.randomElement(using: &random)?.cancel() }
                }
                for transfer in transfers {
                    if Int.random(in: 0..<4, using: &random) > 0 { while (try? await transfer.next()) != nil {} }
                    transfer.cancel()
                }
            }
        }

        #expect(await loop.run { $0.activeCount } == 0)
        await loop.run { $0.keepPools(of: []) }
        #expect(try await becomes { server.accepted == server.ended })
        #expect(try await becomes { modern.accepted == modern.ended })
        // A look-up that goes on for nobody ends in its time-out.
        #expect(try await becomes { await loop.run { $0.keptCount } == 0 })
        await loop.stop()
        server.stop()
        closing.stop()
        withExtendedLifetime(full) {}
    }
}
