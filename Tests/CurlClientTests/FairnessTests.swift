import CurlClient
import EventLoop
import Synchronization
import Testing

@testable import CurlClient

@Suite("A transfer among others")
struct FairnessTests {
    /// Always has as much as the transfer takes.
    private final class EndlessDriver: TransferDriver {
        private unowned let transfer: CurlTransfer

        init(_ transfer: CurlTransfer) { self.transfer = transfer }

        func abandon() {}

        func resume() {
            while transfer.hasRoom { transfer.received { $0 += [UInt8](repeating: 0, count: 1 << 14) } }
        }
    }

    @Test func `that always has more bytes leaves the loop's other tasks their turn`() async throws {
        let loop = try ClientLoop()

        let hasRun = await loop.run { client -> Bool in
            let transfer = CurlTransfer(client: client, request: .chat())
            let driver = EndlessDriver(transfer)
            transfer.driver = driver
            driver.resume()
            let other = Mutex(false)
            client.loop.spawn { other.withLock { $0 = true } }
            for _ in 0..<64 where !other.withLock({ $0 }) { _ = try? await transfer.next() }
            transfer.driver = nil
            return other.withLock { $0 }
        }

        #expect(hasRun)
        await loop.stop()
    }

    @Test func `that passes its bytes on leaves the loop's other tasks their turn, too`() async throws {
        let loop = try ClientLoop()

        let pieces = await loop.run { client -> Int in
            let transfer = CurlTransfer(client: client, request: .chat())
            let driver = EndlessDriver(transfer)
            transfer.driver = driver
            driver.resume()
            let other = Mutex(false)
            client.loop.spawn { other.withLock { $0 = true } }
            var pieces = 0
            _ = try? await transfer.pass { _ in
                pieces += 1
                return pieces < 64 && !other.withLock { $0 }
            }
            transfer.driver = nil
            return pieces
        }

        #expect(pieces < 64)
        await loop.stop()
    }
}
