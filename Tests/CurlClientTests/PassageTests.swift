import EventLoop
import Testing

@testable import CurlClient

@Suite("A body that is passed on")
struct PassageTests {
    /// What `pass` has handed out, and how it ended.
    private struct Passed: Equatable, Sendable {
        var pieces: [[UInt8]] = []
        var isAtEnd: Bool?
        var error: CurlError?
    }

    /// Passes a body on until `limit` pieces have been taken, while `arrive` plays the provider.
    private func pass(
        atMost limit: Int = .max, times: Int = 1, arrive: @escaping @Sendable (CurlTransfer) async -> Void
    ) async throws -> [Passed] {
        let loop = try ClientLoop()
        let results = await loop.run { client -> [Passed] in
            let transfer = CurlTransfer(client: client, request: .chat())
            let carried = Carried(transfer)
            client.loop.spawn { await arrive(carried.transfer) }
            var results: [Passed] = []
            for _ in 0..<times {
                var passed = Passed()
                do {
                    passed.isAtEnd = try await transfer.pass { bytes in
                        passed.pieces.append(bytes)
                        return passed.pieces.count < limit
                    }
                } catch { passed.error = error as? CurlError }
                results.append(passed)
            }
            return results
        }
        await loop.stop()
        return results
    }

    private struct Carried: @unchecked Sendable {
        let transfer: CurlTransfer
        init(_ transfer: CurlTransfer) { self.transfer = transfer }
    }

    @Test func `is handed out as it comes, what came before its taker first, and then said to be at its end`() async throws {
        let results = try await pass { transfer in
            transfer.received { $0 += [1, 2] }
            await Task.yield()
            transfer.received { $0 += [3] }
            transfer.received { $0 += [4] }
            await Task.yield()
            transfer.ended(.success(()))
        }

        #expect(results == [Passed(pieces: [[1, 2], [3, 4]], isAtEnd: true)])
    }

    @Test func `waits where its taker wants no more, and loses nothing`() async throws {
        let results = try await pass(atMost: 1, times: 3) { transfer in
            transfer.received { $0 += [1] }
            await Task.yield()
            transfer.received { $0 += [2] }
            transfer.ended(.success(()))
        }

        #expect(results[0] == Passed(pieces: [[1]], isAtEnd: false))
        #expect(results[1] == Passed(pieces: [[2]], isAtEnd: false))
        #expect(results[2] == Passed(isAtEnd: true))
    }

    @Test func `is handed out before the failure that ended it is thrown`() async throws {
        let results = try await pass { transfer in
            transfer.received { $0 += [1] }
            transfer.ended(.failure(.cut(code: 1)))
        }

        #expect(results == [Passed(pieces: [[1]], error: .cut(code: 1))])
    }

    @Test(arguments: [false, true])
    func `ends at once when it is cancelled, by its taker or by somebody else`(_ byTaker: Bool) async throws {
        let loop = try ClientLoop()
        let endpoint = loop.endpoint()

        let error = await loop.run { client -> CurlError? in
            do {
                let transfer = try client.send(.chat("chunks=1000000,interval=1ms", stream: true), to: endpoint)
                _ = try await transfer.head()
                let carried = Carried(transfer)
                if !byTaker { client.loop.spawn { carried.transfer.cancel() } }
                _ = try await transfer.pass { _ in
                    if byTaker { transfer.cancel() }
                    return true
                }
                return nil
            } catch { return error as? CurlError }
        }

        #expect(error == .cancelled)
        #expect(await loop.mockCount("aborted", becomes: 1))
        await loop.stop()
    }
}
