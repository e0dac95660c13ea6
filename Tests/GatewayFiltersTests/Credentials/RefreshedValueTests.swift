import GatewayCore
import Synchronization
import Testing

@testable import GatewayFilters

@Suite("A credential that is fetched")
struct RefreshedValueTests {
    private static let failure = GatewayError.upstreamUnreachable(provider: "p")

    /// Gives out `token-1`, `token-2` and so on, or fails while it is told to.
    private final class Giver: Sendable {
        private let state = Mutex((count: 0, fails: false, news: [CredentialNews]()))
        let lifetime: Duration

        init(lifetime: Duration = .seconds(3600)) {
            self.lifetime = lifetime
        }

        var count: Int { state.withLock { $0.count } }
        var news: [CredentialNews] { state.withLock { $0.news } }
        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

        func value(margin: Duration = .seconds(225)) -> RefreshedValue<String> {
            RefreshedValue(
                of: "p", margin: margin, report: { [self] news in state.withLock { $0.news.append(news) } }, fetch: next(on:))
        }

        private func next(on worker: any WorkerServices) async throws(GatewayError) -> FetchedValue<String> {
            let (count, fails) = state.withLock { state in
                state.count += 1
                return (state.count, state.fails)
            }
            if fails { throw RefreshedValueTests.failure }
            return FetchedValue(value: "token-\(count)", lifetime: lifetime)
        }
    }

    private func get(_ value: RefreshedValue<String>, on worker: FakeWorker) async throws(GatewayError) -> String {
        try await value.value(on: worker, cancellation: Cancellation())
    }

    @Test func `is fetched once and kept`() async throws {
        let giver = Giver()
        let value = giver.value()
        let worker = FakeWorker()

        let got = [try await get(value, on: worker), try await get(value, on: worker), try await get(value, on: worker)]

        #expect(got == ["token-1", "token-1", "token-1"] && giver.count == 1)
    }

    @Test func `is fetched anew beside the requests before it ends, and they go on with the old one`() async throws {
        let giver = Giver()
        let value = giver.value()
        let thread = FakeThread()

        let got = try await thread.run { worker throws(GatewayError) in
            var got = [try await value.value(on: worker, cancellation: Cancellation())]
            worker.advance(by: .seconds(3600 - 224))
            got.append(try await value.value(on: worker, cancellation: Cancellation()))
            await until { giver.count >= 2 }
            got.append(try await value.value(on: worker, cancellation: Cancellation()))
            return got
        }

        #expect(got[1] == "token-1")
        await until { giver.count >= 2 }
        #expect(giver.count == 2)
    }

    @Test func `is fetched while the request waits when the old one has ended`() async throws {
        let giver = Giver()
        let value = giver.value()
        let worker = FakeWorker()
        _ = try await get(value, on: worker)
        worker.advance(by: .seconds(3600))

        #expect(try await get(value, on: worker) == "token-2")
    }

    @Test func `fails at once until a pause is over, which grows`() async throws {
        let giver = Giver()
        giver.fail(true)
        let value = giver.value()
        let worker = FakeWorker()
        for (count, pause) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
            await #expect(throws: Self.failure) { try await get(value, on: worker) }
            await #expect(throws: Self.failure) { try await get(value, on: worker) }
            #expect(giver.count == count)
            worker.advance(by: .seconds(pause))
        }
        giver.fail(false)

        #expect(try await get(value, on: worker) == "token-5")
        #expect(giver.news == [.failing(provider: "p", reason: Self.failure.message, hasOld: false), .back(provider: "p")])
    }

    @Test func `is not fetched with every request, however short it lives`() async throws {
        let giver = Giver(lifetime: .seconds(60))
        let value = giver.value()
        let worker = FakeWorker()
        for _ in 0..<29 {
            #expect(try await get(value, on: worker) == "token-1")
            worker.advance(by: .seconds(1))
        }

        #expect(giver.count == 1)
    }

    @Test func `is fetched once for many who wait`() async throws {
        let giver = Giver()
        let value = giver.value()

        let got = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    try await FakeThread().run { worker throws(GatewayError) in try await value.value(on: worker, cancellation: Cancellation()) }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(got == Array(repeating: "token-1", count: 32) && giver.count == 1)
    }

    @Test func `that the provider doubts is replaced, but not at once again`() async throws {
        let giver = Giver()
        let value = giver.value()
        let worker = FakeWorker()
        _ = try await get(value, on: worker)
        value.doubt(now: worker.now)
        _ = try await get(value, on: worker)
        #expect(giver.count == 1)
        worker.advance(by: .seconds(31))
        value.doubt(now: worker.now)

        _ = try await get(value, on: worker)

        await until { giver.count >= 2 }
        #expect(giver.count == 2)
    }
}
