import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("A purge of the cache", .timeLimit(.minutes(5)))
struct PurgeTests {
    private let redis = FakeRedis()

    private func process(redis hasRedis: Bool = false) -> CacheState {
        CacheState(
            store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20),
            redis: hasRedis ? RedisCacheTier(.init(compressedBytesMin: 4096, entryBytesMax: 100_000, waitMax: .zero)) : nil)
    }

    private func filter(_ route: String = "chat", _ state: CacheState, policy: CachePolicy = CachePolicy(keep: .seconds(60))) -> CacheFilter {
        CacheFilter(recipe: CacheKeyRecipe(route: route, scope: .everyone), policy: policy, state: state)
    }

    private let alice = Caller(name: "alice"), bob = Caller(name: "bob")

    /// Alice asks 1 and Bob 2 on the route "chat"; Alice 1 on the route "other".
    private func fill(_ state: CacheState, _ worker: FakeWorker) async {
        let provider = FakeProvider(.json("{}"))
        _ = await filter("chat", state).ask(.sample(on: worker, body: #"{"n":1}"#, caller: alice), provider)
        _ = await filter("chat", state).ask(.sample(on: worker, body: #"{"n":2}"#, caller: bob), provider)
        _ = await filter("other", state).ask(.sample(on: worker, body: #"{"n":1}"#, caller: alice), provider)
        guard let redis = state.redis else { return }
        await until { redis.counts.all.first(where: { $0.event == "written" })?.count ?? 0 >= 3 }
    }

    private func outcomes(_ state: CacheState, _ worker: FakeWorker) async -> [String?] {
        let provider = FakeProvider(.failure(.noTargetLeft(model: "fast")))
        return [
            await filter("chat", state).ask(.sample(on: worker, body: #"{"n":1}"#), provider).cache,
            await filter("chat", state).ask(.sample(on: worker, body: #"{"n":2}"#), provider).cache,
            await filter("other", state).ask(.sample(on: worker, body: #"{"n":1}"#), provider).cache,
        ]
    }

    private static let scopes: [(PurgeScope, [String], Int)] = [
        (PurgeScope(), ["miss", "miss", "miss"], 3), (PurgeScope(route: "chat"), ["miss", "miss", "hit"], 2),
        (PurgeScope(caller: "alice"), ["miss", "hit", "miss"], 2), (PurgeScope(route: "chat", caller: "alice"), ["miss", "hit", "hit"], 1),
        (PurgeScope(route: "chat", caller: "anonymous"), ["hit", "hit", "hit"], 0), (PurgeScope(caller: "chat"), ["hit", "hit", "hit"], 0),
    ]

    @Test(arguments: 0..<6) func `is about what it names, and tells how much that was`(number: Int) async {
        let (scope, expected, count) = Self.scopes[number]
        let state = process()
        await FakeThread().run { worker in
            await fill(state, worker)
            let report = await state.purge(scope, on: worker)

            #expect(report.count == count && report.isShared == nil)
            #expect(await outcomes(state, worker) == expected)
        }
    }

    @Test(arguments: 0..<6) func `reaches what is in Redis, and other processes within a second`(number: Int) async {
        let (scope, expected, _) = Self.scopes[number]
        let (one, other) = (process(redis: true), process(redis: true))
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            await fill(one, worker)
            redis.forgetLeases()
            #expect(await outcomes(other, worker) == ["hit", "hit", "hit"])
            redis.advance(milliseconds: 5)
            #expect(await one.purge(scope, on: worker).isShared == true)
            worker.advance(by: .seconds(1))

            #expect(await outcomes(other, worker) == expected, "in memory")
            redis.forgetLeases()
            #expect(await outcomes(process(redis: true), worker) == expected, "in Redis")
        }
    }

    @Test func `is about calls, too, that were under way`() async {
        let state = process()
        let provider = FakeProvider(.json("{}"), isOpen: false)
        await FakeThread().run { worker in
            let client = FakeClient(.sample(on: worker))
            client.ask(filter("chat", state), provider)
            await until { provider.calls.value > 0 }
            _ = await state.purge(PurgeScope(route: "chat"), on: worker)
            provider.valve.open()
            #expect(await client.received().text == "{}")
            #expect(await filter("chat", state).ask(.sample(on: worker), provider).cache == "miss")
        }
    }

    @Test func `is about refusals and old answers, too`() async {
        let state = process()
        let policy = CachePolicy(keep: .seconds(60), staleWhileRefresh: .seconds(60), staleIfError: .seconds(600))
        await FakeThread().run { worker in
            _ = await filter("chat", state, policy: policy).ask(.sample(on: worker), FakeProvider(.json("{}")))
            worker.advance(by: .seconds(90))
            _ = await state.purge(PurgeScope(), on: worker)
            let down = await filter("chat", state, policy: policy).ask(.sample(on: worker), FakeProvider(.failure(.noTargetLeft(model: "m"))))
            #expect(down.error == .noTargetLeft(model: "m"))
        }
    }

    @Test func `says so when Redis could not be told, and is done here all the same`() async {
        let state = process(redis: true)
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            await fill(state, worker)
            redis.fail(with: .timedOut)
            let report = await state.purge(PurgeScope(), on: worker)

            #expect(report.count == 3 && report.isShared == false)
            #expect(await outcomes(state, worker) == ["miss", "miss", "miss"])
            redis.fail(with: nil)
            #expect(await outcomes(state, worker) == ["miss", "miss", "miss"], "what is in Redis is older than the purge")
        }
    }

    @Test func `costs the same whatever is kept, and remembers a bounded number of scopes`() {
        let marks = PurgeMarks()
        for number in 0..<(2 * PurgeMarks.fieldsMax) { marks.mark(PurgeScope(caller: "caller-\(number)")) }

        #expect(!marks.isValid(PurgeTag(route: "chat", caller: "caller-1", mark: 1)), "forgotten scopes stay purged")
        #expect(marks.isValid(PurgeTag(route: "chat", caller: "caller-1", mark: marks.latest)))
    }
}
