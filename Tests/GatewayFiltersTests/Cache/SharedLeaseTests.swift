import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("A call that several processes share", .timeLimit(.minutes(5)))
struct SharedLeaseTests {
    private let redis = FakeRedis()

    private func process(wait: Duration = .seconds(10)) -> (filter: CacheFilter, state: CacheState) {
        let limits = RedisCacheTier.Limits(compressedBytesMin: 4096, entryBytesMax: 100_000, waitMax: wait)
        let state = CacheState(
            store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20),
            redis: RedisCacheTier(limits))
        let filter = CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: .everyone, convertible: [.chatCompletions]), policy: CachePolicy(keep: .seconds(60)),
            state: state, converters: [.chatCompletions: FakeConverter()])
        return (filter, state)
    }

    private func count(_ event: RedisCacheCounts.Event, _ state: CacheState) -> UInt64 {
        state.redis?.counts.all.first { $0.event == event.rawValue }?.count ?? 0
    }

    @Test(arguments: [false, true]) func `is made by one of them while the others wait for its answer`(isStreaming: Bool) async {
        let processes = (0..<4).map { _ in process(wait: .seconds(1_000_000)) }
        let provider = FakeProvider(isOpen: false) { $0.isStreaming ? .stream(["a", "b"]) : .json("ab") }
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            let clients = (0..<20).map { _ in FakeClient(.sample(on: worker, streaming: isStreaming)) }
            for (number, client) in clients.enumerated() { client.ask(processes[number % 4].filter, provider) }
            await until { processes.reduce(0, { $0 + count(.waited, $1.state) }) >= 3 }
            provider.valve.open()
            for client in clients { #expect(await client.received().text == "ab") }
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `is made by the next one when the first is gone without a word`() async {
        let (dead, alive) = (process(), process(wait: .seconds(1_000_000)))
        let (hanging, answering) = (FakeProvider(.json("never"), isOpen: false), FakeProvider(.json("ok")))
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            FakeClient(.sample(on: worker)).ask(dead.filter, hanging)
            await until { hanging.calls.value > 0 }
            let client = FakeClient(.sample(on: worker))
            client.ask(alive.filter, answering)
            await until { count(.waited, alive.state) > 0 }
            #expect(answering.calls.value == 0)
            // As when the process was killed: nobody renews its lease.
            redis.forgetLeases()
            #expect(await client.received().text == "ok")
            hanging.valve.open()
        }
    }

    @Test func `is waited for so long only`() async {
        let (slow, other) = (process(), process(wait: .seconds(2)))
        let (hanging, answering) = (FakeProvider(.json("late"), isOpen: false), FakeProvider(.json("own")))
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            FakeClient(.sample(on: worker)).ask(slow.filter, hanging)
            await until { hanging.calls.value > 0 }
            let received = await other.filter.ask(.sample(on: worker), answering)
            #expect(received.text == "own" && received.cache == "miss")
            #expect(count(.waitedInVain, other.state) == 1)
            hanging.valve.open()
        }
    }

    @Test func `is not waited for when its answer cannot be kept`() async {
        let (one, other) = (process(), process())
        let provider = FakeProvider(.json(String(repeating: "x", count: 150_000)))
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            _ = await one.filter.ask(.sample(on: worker), provider)
            await until { redis.leaseToken == Array("-".utf8) }
            #expect(await other.filter.ask(.sample(on: worker), provider).text.count == 150_000)
            #expect(count(.waited, other.state) == 0)
        }
    }

    @Test func `frees the way when it fails`() async {
        let (one, other) = (process(), process())
        let outage = GatewayError.upstreamUnreachable(provider: "openai")
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            #expect(await one.filter.ask(.sample(on: worker), FakeProvider(.failure(outage))).error == outage)
            await until { redis.keys.isEmpty }
            #expect(await other.filter.ask(.sample(on: worker), FakeProvider(.json("ok"))).text == "ok")
        }
    }

    @Test func `ends for who leaves while waiting`() async {
        let (one, other) = (process(), process(wait: .seconds(1_000_000)))
        let (hanging, answering) = (FakeProvider(.json("late"), isOpen: false), FakeProvider(.json("own")))
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            FakeClient(.sample(on: worker)).ask(one.filter, hanging)
            await until { hanging.calls.value > 0 }
            let client = FakeClient(.sample(on: worker))
            client.ask(other.filter, answering)
            await until { count(.waited, other.state) > 0 }
            client.leave()
            #expect(await client.received().error == .clientGone)
            await until { other.state.flights.count == 0 }
            #expect(answering.calls.value == 0)
            hanging.valve.open()
        }
    }
}
