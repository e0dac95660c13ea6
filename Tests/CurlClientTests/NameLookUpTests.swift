import EventLoop
import Testing

@testable import CurlClient

@Suite("A name's look-up")
struct NameLookUpTests {
    /// One multi handle of libcurl's does not know what another has found, and ends with its pool when it has nothing to do.
    @Test func `for HTTP/1.1 is not waited for by HTTP/2, which outlives its pool`() async throws {
        let loop = try ClientLoop()
        let silent = FullListener(takes: true)
        // The name is looked up for as long as this proxy says nothing.
        let endpoint = CurlEndpoint(url: "https://127.0.0.1:1", http2: true, proxy: "socks5://127.0.0.1:\(silent.port)")
        let request = CurlRequest(method: "GET", path: "/x")

        let (waits, wasHeld, isHeld) = try await loop.run { client -> Result<(Bool, Bool, Bool), any Error> in
            Result {
                let hop = try #require(NextHop(to: endpoint))
                let server = IdleConnections.Server(origin: hop.origin, proxy: endpoint.proxy, isForwarding: false, certificateAuthorities: nil)
                let budget = IdleBudget(countMax: 8)
                let connecting = CurlMulti(on: client.loop, budget: budget)
                let pool = CurlPool(endpoint, hop, IdleConnections(server, budget: budget, loop: client.loop), connecting: connecting, budget: budget)
                let connector = try #require(pool.takeConnector())
                let transfers = (0..<3).map { _ in CurlTransfer(client: client, request: request) }
                let message = try #require(RequestMessage(request, by: pool, in: []))
                connector.prepare(for: transfers[0], sending: message, timeout: .seconds(10), mayReuse: true)
                #expect(pool.begin(connector) == 0)
                let handles = try (0..<2).map { _ in try #require(pool.takeHandle()) }

                for (handle, transfer) in zip(handles, transfers.dropFirst()) {
                    #expect(handle.prepare(for: transfer, request))
                    #expect(pool.begin(handle) == 0)
                }
                let waits = !handles[1].isAdded
                let wasHeld = handles[0].isAdded
                pool.close()
                let isHeld = handles[0].isAdded && pool.multi.easyCount == 1

                for easy in handles { easy.abandon() }
                connector.abandon()
                pool.end()
                connecting.close()
                return (waits, wasHeld, isHeld)
            }
        }.get()

        #expect(wasHeld, "it waits for a look-up that finds nothing for it")
        #expect(waits, "each of them looks the name up")
        #expect(isHeld)
        await loop.stop()
        withExtendedLifetime(silent) {}
    }
}
