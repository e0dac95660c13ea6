import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The cache, with answers that are too old", .timeLimit(.minutes(5)))
struct StaleAnswerTests {
    private let state = CacheState(store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20))
    private let outage = GatewayError.upstreamUnreachable(provider: "openai")

    private func filter(
        scope: CacheScope = .everyone, refresh: Duration = .zero, ifError: Duration = .zero, keep: Duration = .seconds(60)
    ) -> CacheFilter {
        CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: scope, convertible: [.chatCompletions]),
            policy: CachePolicy(keep: keep, staleWhileRefresh: refresh, staleIfError: ifError), state: state,
            converters: [.chatCompletions: FakeConverter()])
    }

    /// Answers 1, 2, 3, …
    private func counting() -> FakeProvider {
        let numbers = Tally()
        return FakeProvider { _ in .json("\(numbers.add())") }
    }

    @Test func `are given at once while one request, which nobody waits for, fetches a new one`() async {
        let provider = counting()
        let filter = filter(refresh: .seconds(30))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(70))
            let first = await filter.ask(.sample(on: worker), provider)
            let second = await filter.ask(.sample(on: worker), provider)

            #expect([first.text, second.text] == ["1", "1"])
            #expect([first.cache, second.cache] == ["stale", "stale"])
            #expect(first.headers.first("age") == "70")
            #expect(first.record.isAnsweredFromCache && provider.calls.value == 1)
            #expect(worker.refreshes.count == 1)

            let refresh = await filter.ask(worker.refreshes[0].exchange, provider)
            worker.refreshes[0].done(true)
            let after = await filter.ask(.sample(on: worker), provider)
            #expect(refresh.record.cache == .refresh && refresh.record.usage != nil && !refresh.record.isAnsweredFromCache)
            #expect(after.text == "2" && after.cache == "hit" && after.headers.first("age") == "0")
            #expect(provider.calls.value == 2 && worker.refreshes.count == 1)
        }
    }

    @Test func `are not refreshed again at once where that failed`() async {
        let provider = counting()
        let filter = filter(refresh: .seconds(300))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(70))
            _ = await filter.ask(.sample(on: worker), provider)
            worker.refreshes[0].done(false)
            #expect(await filter.ask(.sample(on: worker), provider).cache == "stale")
            #expect(worker.refreshes.count == 1)
            worker.advance(by: .seconds(10))
            #expect(await filter.ask(.sample(on: worker), provider).cache == "stale")
            #expect(worker.refreshes.count == 2)
        }
    }

    @Test func `are not given when that time is over too, or where the route does not say so`() async {
        let provider = counting()
        await FakeThread().run { worker in
            _ = await filter(refresh: .seconds(30)).ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(70))
            #expect(await filter().ask(.sample(on: worker, body: "{}"), provider).cache == "miss")
            #expect(await filter(refresh: .seconds(5)).ask(.sample(on: worker), provider).text == "3", "the route allows less by now")
            worker.advance(by: .seconds(100))
            #expect(await filter(refresh: .seconds(30)).ask(.sample(on: worker), provider).cache == "miss")
            #expect(worker.refreshes.isEmpty)
        }
    }

    @Test(arguments: [
        GatewayError.upstreamUnreachable(provider: "openai"), .upstreamTimedOut(provider: "openai", phase: .total, afterMilliseconds: 1),
        .upstreamFailed(UpstreamFailure(provider: "openai", status: 500)), .upstreamFailed(UpstreamFailure(provider: "openai", status: 429)),
        .upstreamFailed(UpstreamFailure(provider: "openai", status: 401)), .noTargetLeft(model: "fast"),
        .staticAnswer(status: 503, message: "Resting."),
    ])
    func `take the place of a provider's failure`(failure: GatewayError) async {
        let provider = counting()
        let down = FakeProvider(.failure(failure))
        let filter = filter(ifError: .seconds(3600))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(1000))
            let received = await filter.ask(.sample(on: worker), down)

            #expect(received.text == "1" && received.error == nil)
            #expect(received.cache == "stale" && received.headers.first("age") == "1000")
            #expect(received.record.attempts.count == 1, "the attempts stay in the log")
            #expect(await filter.ask(.sample(on: worker), provider).text == "2", "it was asked first")
        }
    }

    @Test(arguments: [
        GatewayError.upstreamFailed(UpstreamFailure(provider: "openai", status: 400)), .clientGone, .overloaded(reason: "x"),
        .fieldRefused(field: "a", reason: "b"), .draining,
    ])
    func `do not cover up what is not the provider's failure`(failure: GatewayError) async {
        let filter = filter(ifError: .seconds(3600))
        let provider = counting()
        let down = FakeProvider(.failure(failure))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(1000))
            #expect(await filter.ask(.sample(on: worker), down).error == failure)
        }
    }

    @Test func `cover up a failure for so long only`() async {
        let provider = counting()
        let down = FakeProvider(.failure(outage))
        let filter = filter(ifError: .seconds(3600))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(3660))
            #expect(await filter.ask(.sample(on: worker), down).error == outage)
        }
    }

    @Test func `are given to nobody else, fresh or not`() async {
        let provider = counting()
        let down = FakeProvider(.failure(outage))
        let (shop, bank) = (Caller(name: "alice", team: "shop"), Caller(name: "carol", team: "bank"))
        let filter = filter(scope: .team, refresh: .seconds(30), ifError: .seconds(3600))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker, caller: shop), provider)
            worker.advance(by: .seconds(70))
            #expect(await filter.ask(.sample(on: worker, caller: bank), provider).cache == "miss")
            worker.advance(by: .seconds(1000))
            let third = Caller(name: "dave", team: "third")
            #expect(await filter.ask(.sample(on: worker, caller: third), down).error == outage)
            #expect(await filter.ask(.sample(on: worker, caller: Caller(name: "bob", team: "shop")), down).text == "1")
        }
    }

    @Test func `are given to all who share a call that fails`() async {
        let provider = counting()
        let down = FakeProvider(isOpen: false) { _ in .failure(GatewayError.upstreamUnreachable(provider: "openai")) }
        let filter = filter(ifError: .seconds(3600))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(1000))
            let clients = (0..<5).map { _ in FakeClient(.sample(on: worker)) }
            for client in clients { client.ask(filter, down) }
            await until { state.flights.passengerCount == 5 }
            down.valve.open()
            for client in clients { #expect(await client.received().text == "1") }
            #expect(down.calls.value == 1)
        }
    }
}
