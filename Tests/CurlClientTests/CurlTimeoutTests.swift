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
        switch await loop.fetch(.chat(), to: CurlEndpoint(url: "http://no-such-name.invalid")).error {
        case .unreachable?, .timedOut(.connect)?: break  // the latter where the name server itself does not answer
        case let error: Issue.record("an unknown name was seen as \(String(describing: error))")
        }
        await loop.stop()
    }

    @Test(arguments: [("hang", CurlError.Phase.firstByte), ("hang-after-head", .idle), ("drip=1,interval=20ms", .total)])
    func `each phase has its own`(_ directives: String, _ phase: CurlError.Phase) async throws {
        let loop = try ClientLoop()
        var request = CurlRequest.chat(directives)
        // Long enough for the provider to have begun, also under a sanitizer.
        request.firstByteTimeout = phase == .firstByte ? .seconds(2) : .seconds(60)
        request.idleTimeout = phase == .idle ? .seconds(2) : .seconds(60)
        request.totalTimeout = phase == .total ? .seconds(2) : .seconds(60)

        let (result, time) = await loop.timedFetch(request)

        #expect(result.error == .timedOut(phase))
        #expect(time < .seconds(30))
        #expect(await loop.mockCount("aborted", becomes: 1), "the provider sees its connection closed")
        await loop.stop()
    }

    @Test func `a slow puller is not the provider's idleness`() async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let total = await loop.run { client -> Int in
            var request = CurlRequest.chat("size=1000000")
            request.idleTimeout = .milliseconds(800)
            guard let transfer = try? client.send(request, to: endpoint) else { return 0 }
            var (total, pauses) = (0, 0)
            while let bytes = try? await transfer.next() {
                total += bytes.count
                pauses += 1
                if pauses <= 3 { try? await Task.sleep(for: .milliseconds(1200)) }
            }
            return total
        }

        #expect(total > 1_000_000)
        await loop.stop()
    }

    @Test(arguments: ["hang", "hang-after-head", "hang-after-chunks=2", "chunks=100000,interval=1ms", "chunks=1000000"])
    func `cancelling closes the provider's connection within a second`(_ directives: String) async throws {
        let loop = try ClientLoop()
        let (endpoint, mock) = (loop.endpoint(), loop.endpoint(prefix: ""))

        let error = await loop.run { client -> CurlError? in
            guard let transfer = try? client.send(.chat(directives, stream: true), to: endpoint) else { return nil }
            await client.waitForOpenStream(at: mock)
            if directives != "hang" { _ = try? await transfer.head() }
            if directives.contains("chunks") { _ = try? await transfer.next() }
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
        var turns = Int.max
        for _ in 0..<20 where turns >= 20 {  // a slow machine may still be closing connections
            let before = loop.loop.turns.load(ordering: .relaxed)
            try await Task.sleep(for: .milliseconds(500))
            turns = loop.loop.turns.load(ordering: .relaxed) - before
        }

        #expect(turns < 20, "the loop spins: \(turns) turns in half a second without work")
        #expect(try await loop.fetch(.chat()).get().head.status == 200)
        await loop.stop()
    }

    @Test(.enabled("this machine's name is its loopback address", hostNameIsLoopback))
    func `sockets of name look-ups are not mistaken for the connections that get their numbers`() async throws {
        let loop = try ClientLoop()

        // A connection that is not watched only moves on with libcurl's own timers: after 200 ms, and then not for seconds.
        let (result, time) = await loop.timedFetch(.chat("chunks=40,interval=10ms", stream: true), to: loop.endpoint(host: Self.hostName))

        #expect(try result.get().text.hasSuffix("[DONE]\n\n"))
        #expect(time < .seconds(2))
        await loop.stop()
    }

    private static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&name, 255)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    private static func hostNameIsLoopback() async throws -> Bool {
        let loop = try ClientLoop()
        let result = await loop.fetch(.chat(), to: loop.endpoint(host: hostName))
        await loop.stop()
        return result.error == nil
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
