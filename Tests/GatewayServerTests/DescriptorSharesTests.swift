import HTTPServer
import Testing

@testable import GatewayServer

@Suite("The shares of descriptors")
struct DescriptorSharesTests {
    @Test(arguments: [256, 1024, 4096, 20_000, 1 << 20], [1, 2, 4])
    func `leave one for each client's provider, some for idle connections, and some for the operator`(_ limit: Int, _ workers: Int) {
        let shares = DescriptorShares(of: limit, workers: workers)

        #expect(shares.clients > 0)
        #expect(2 * shares.clients + workers * shares.pooledPerWorker + DescriptorShares.adminConnectionsMax < limit)
    }

    @Test func `take nothing from a file that asks for less`() {
        var asked = HTTPServerLimits()
        asked.connections = 10_000

        #expect(DescriptorShares(of: 1 << 20, workers: 4).bounding(asked) == asked)
        #expect(DescriptorShares(of: 1 << 20, workers: 4).pooledPerWorker == 512)
        #expect((300...500).contains(DescriptorShares(of: 1024, workers: 2).bounding(asked).connections))
    }

    @Test func `leave libcurl its own for the providers whose connections it keeps`() {
        var asked = HTTPServerLimits()
        asked.connections = 10_000
        let shares = DescriptorShares(of: 1024, workers: 2)

        #expect(shares.bounding(asked, multiHandles: 20).connections == shares.bounding(asked).connections - 40)
        #expect(shares.bounding(asked, multiHandles: 10_000).connections == 1)
        asked.connections = 10
        #expect(shares.bounding(asked, multiHandles: 20).connections == 10)
    }

    @Test func `are never nothing`() {
        #expect(DescriptorShares(of: 10, workers: 128) == DescriptorShares(of: 0, workers: 128))
        #expect(DescriptorShares(of: 10, workers: 128).clients >= 1)
    }
}
