import CurlClient
import EventLoop
import Glibc
import Synchronization
import Testing

@Suite("The upstream client, of time-outs, cancelling and sockets,", .serialized)
struct CurlTimeoutTests {
    @Test func `an address that does not answer ends in the connect time-out`() async throws {
        let loop = try ClientLoop()
        // A socket that listens with a full queue takes no further handshake.
        let full = FullListener()
        var request = CurlRequest.chat()
        request.connectTimeout = .milliseconds(200)

        let (result, time) = await loop.timedFetch(request, to: CurlEndpoint(url: "http://127.0.0.1:\(full.port)"))

        #expect(result.error == .timedOut(.connect))
        #expect(time < .seconds(2))
        await loop.stop()
    }

    @Test func `a port where nobody listens, and a name that does not exist, are unreachable`() async throws {
        let loop = try ClientLoop()

        guard case .unreachable? = await loop.fetch(.chat(), to: CurlEndpoint(url: "http://127.0.0.1:1")).error else {
            Issue.record("a closed port was not seen as unreachable")
            return
        }
        guard case .unreachable? = await loop.fetch(.chat(), to: CurlEndpoint(url: "http://no-such-name.invalid")).error else {
            Issue.record("an unknown name was not seen as unreachable")
            return
        }
        await loop.stop()
    }

    @Test(arguments: [("hang", CurlError.Phase.firstByte), ("hang-after-head", .idle), ("drip=1,interval=20ms", .total)])
    func `each phase has its own`(_ directives: String, _ phase: CurlError.Phase) async throws {
        let loop = try ClientLoop()
        var request = CurlRequest.chat(directives)
        request.firstByteTimeout = .milliseconds(150)
        request.idleTimeout = .milliseconds(200)
        request.totalTimeout = .milliseconds(500)

        let (result, time) = await loop.timedFetch(request)

        #expect(result.error == .timedOut(phase))
        #expect(time < .seconds(2))
        #expect(await loop.mockCount("aborted", becomes: 1), "the provider sees its connection closed")
        await loop.stop()
    }

    @Test func `a slow puller is not the provider's idleness`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let total = await loop.run { client -> Int in
            var request = CurlRequest.chat("size=1000000")
            request.idleTimeout = .milliseconds(100)
            guard let transfer = try? client.send(request, to: endpoint) else { return 0 }
            var total = 0
            while let bytes = try? await transfer.next() {
                total += bytes.count
                if total < 600_000 { try? await Task.sleep(for: .milliseconds(250)) }
            }
            return total
        }

        #expect(total > 1_000_000)
        await loop.stop()
    }

    @Test(arguments: ["hang", "hang-after-head", "hang-after-chunks=2", "chunks=100000,interval=1ms", "chunks=1000000"])
    func `cancelling closes the provider's connection within a second`(_ directives: String) async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let error = await loop.run { client -> CurlError? in
            guard let transfer = try? client.send(.chat(directives, stream: true), to: endpoint) else { return nil }
            try? await Task.sleep(for: .milliseconds(100))
            transfer.cancel()
            do throws(CurlError) {
                while try await transfer.next() != nil {}
                return nil
            } catch {
                return error
            }
        }

        #expect(error == .cancelled)
        #expect(await loop.mockCount("aborted", becomes: 1))
        #expect(await loop.run { $0.activeCount } == 0)
        #expect(try await loop.fetch(.chat()).get().head.status == 200)
        await loop.stop()
    }

    @Test func `cancelling while the body is being sent closes the connection`() async throws {
        let loop = try ClientLoop()
        let full = FullListener(takes: true)
        let endpoint = CurlEndpoint(url: "http://127.0.0.1:\(full.port)")

        let count = await loop.run { client -> Int in
            let request = CurlRequest(method: "POST", path: "/x", body: [UInt8](repeating: 0x61, count: 20 << 20))
            guard let transfer = try? client.send(request, to: endpoint) else { return -1 }
            try? await Task.sleep(for: .milliseconds(100))
            transfer.cancel()
            return client.activeCount
        }

        #expect(count == 0)
        await loop.stop()
    }

    @Test func `pooled connections that their peer closes leave the epoll set, and the next request works`() async throws {
        let loop = try ClientLoop(idleTimeout: .milliseconds(300))
        let endpoint = loop.endpoint()
        let statuses = await loop.run { client -> [Int] in
            let transfers = (0..<20).compactMap { _ in try? client.send(.chat("delay=50ms"), to: endpoint) }
            var statuses: [Int] = []
            for transfer in transfers {
                statuses.append((try? await transfer.head().status) ?? 0)
                while (try? await transfer.next()) != nil {}
            }
            return statuses
        }
        #expect(statuses == Array(repeating: 200, count: 20))

        try await Task.sleep(for: .milliseconds(800))
        let before = loop.loop.turns.load(ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(500))
        let turns = loop.loop.turns.load(ordering: .relaxed) - before

        #expect(turns < 20, "the loop spins: \(turns) turns in half a second without work")
        #expect(try await loop.fetch(.chat()).get().head.status == 200)
        await loop.stop()
    }

    @Test func `sockets of name look-ups are not mistaken for the connections that get their numbers`() async throws {
        let loop = try ClientLoop()
        var name = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&name, 255)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let endpoint = loop.endpoint(host: host)
        guard (try? await loop.fetch(.chat(), to: endpoint).get()) != nil else { return }  // this machine's name is not its loopback address
        await loop.stop()

        // A connection that is not watched only moves on with libcurl's own timers: after 200 ms, and then not for seconds.
        let fresh = try ClientLoop()
        let (result, time) = await fresh.timedFetch(.chat("chunks=40,interval=10ms", stream: true), to: fresh.endpoint(host: host))

        #expect(try result.get().text.hasSuffix("[DONE]\n\n"))
        #expect(time < .seconds(2))
        await fresh.stop()
    }

    @Test func `many at once all end, and leave nothing behind`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let count = await loop.run { client -> Int in
            var transfers: [CurlTransfer] = []
            for number in 0..<300 {
                guard let transfer = try? client.send(.chat("chunks=20,interval=1ms", stream: true), to: endpoint) else { continue }
                transfers.append(transfer)
                if number % 3 == 0 { transfer.cancel() }
            }
            var whole = 0
            for transfer in transfers {
                do throws(CurlError) {
                    while try await transfer.next() != nil {}
                    whole += 1
                } catch {}
            }
            return whole
        }

        #expect(count == 200)
        #expect(await loop.run { $0.activeCount } == 0)
        await loop.stop()
    }
}
