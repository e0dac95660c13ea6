import CurlClient
import EventLoop
import HTTPWire
import Testing

@Suite("Connections that the upstream client keeps", .serialized)
struct KeptConnectionsTests {
    private static let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    private func straight(_ port: Int) -> CurlEndpoint { CurlEndpoint(url: "http://127.0.0.1:\(port)") }

    /// By way of a proxy, which is libcurl's from beginning to end.
    private func forwarded(_ port: Int) -> CurlEndpoint { CurlEndpoint(url: "http://somewhere.invalid", proxy: "http://127.0.0.1:\(port)") }

    private func get(connectTimeout: Duration = .seconds(5)) -> CurlRequest {
        CurlRequest(method: "GET", path: "/x", connectTimeout: connectTimeout)
    }

    /// Whether the condition comes true within a few seconds.
    private func becomes(_ condition: () async -> Bool) async throws -> Bool {
        let start = ContinuousClock.now
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
    func `are not those that were never made`(_ isForwarded: Bool, _ end: String) async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 4)
        let (full, server) = (FullListener(), ScriptedServer([.init(bytes: Self.ok)]))
        let dead = isForwarded ? forwarded(full.port) : straight(full.port)

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

    @Test(arguments: [false, true]) func `are no more than granted, whoever keeps them`(_ isForwarded: Bool) async throws {
        let loop = try ClientLoop(pooledConnectionsMax: 2)
        let (server, other) = (ScriptedServer([.init(bytes: Self.ok)]), ScriptedServer([.init(bytes: Self.ok)]))
        let endpoint = isForwarded ? forwarded(server.port) : straight(server.port)

        for count in [10, 30, 1] { await burst(loop, count, get(), to: endpoint) }

        #expect(try await becomes { server.accepted - server.ended <= 2 })
        #expect(await loop.run { $0.keptCount } == server.accepted - server.ended)
        await loop.run { $0.keepPools(of: []) }
        #expect(try await becomes { server.accepted == server.ended })
        #expect(await loop.run { $0.keptCount } == 0)
        for _ in 0..<3 { #expect(try await loop.fetch(get(), to: straight(other.port)).get().text == "ok") }
        #expect(other.accepted == 1)
        await loop.stop()
        server.stop()
        other.stop()
    }

    @Test func `end with their endpoint, those of a call under way with the call`() async throws {
        let loop = try ClientLoop()
        for endpoint in [straight, forwarded] {
            let server = ScriptedServer([.init(bytes: Self.ok), .init(bytes: "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", later: "late")])
            let endpoint = endpoint(server.port)
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
        let endpoints = [
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
                    var request = CurlRequest.chat(["", "delay=5ms", "chunks=5,interval=2ms"].randomElement(using: &random) ?? "")
                    request.isOnFreshConnection = Int.random(in: 0..<6, using: &random) == 0
                    request.connectTimeout = .milliseconds(Int.random(in: 1...100, using: &random))
                    request.firstByteTimeout = .milliseconds(300)
                    guard let endpoint = endpoints.randomElement(using: &random) else { continue }
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
        // A look-up that goes on for nobody ends in its time-out.
        #expect(try await becomes { await loop.run { $0.keptCount } == 0 })
        await loop.stop()
        server.stop()
        closing.stop()
        withExtendedLifetime(full) {}
    }
}
