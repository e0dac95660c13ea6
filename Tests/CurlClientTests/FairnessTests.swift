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

    /// Gives `body` a transfer that always has more, and a way to ask whether another task of the loop has had its turn.
    private func withEndlessTransfer<Value: Sendable>(
        _ body: @escaping @Sendable (CurlTransfer, _ hasOtherRun: @escaping () -> Bool) async -> Value
    ) async throws -> Value {
        let loop = try ClientLoop()
        let value = await loop.run { client -> Value in
            let transfer = CurlTransfer(client: client, request: .chat())
            let driver = EndlessDriver(transfer)
            transfer.driver = driver
            driver.resume()
            let other = Mutex(false)
            client.loop.spawn { other.withLock { $0 = true } }
            let value = await body(transfer) { other.withLock { $0 } }
            transfer.driver = nil
            return value
        }
        await loop.stop()
        return value
    }

    @Test func `that always has more bytes leaves the loop's other tasks their turn`() async throws {
        let hasRun = try await withEndlessTransfer { transfer, hasOtherRun in
            for _ in 0..<64 where !hasOtherRun() { _ = try? await transfer.next() }
            return hasOtherRun()
        }

        #expect(hasRun)
    }

    @Test func `that passes its bytes on leaves the loop's other tasks their turn, too`() async throws {
        let pieces = try await withEndlessTransfer { transfer, hasOtherRun in
            var pieces = 0
            _ = try? await transfer.pass { _ in
                pieces += 1
                return pieces < 64 && !hasOtherRun()
            }
            return pieces
        }

        #expect(pieces < 64)
    }
}
