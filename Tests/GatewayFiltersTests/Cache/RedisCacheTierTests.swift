import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The cache in Redis", .timeLimit(.minutes(5)))
struct RedisCacheTierTests {
    private let redis = FakeRedis()

    /// One process: its memory is its own.
    private struct Process: Sendable {
        let state: CacheState
        let filter: CacheFilter

        init(
            scope: CacheScope = .everyone, policy: CachePolicy = CachePolicy(keep: .seconds(60)), wait: Duration = .seconds(10),
            memory: Int = 1 << 20, compressing: Int = 4096
        ) {
            let limits = RedisCacheTier.Limits(compressedBytesMin: compressing, entryBytesMax: 200_000, waitMax: wait)
            state = CacheState(
                store: MemoryCacheStore(bytesMax: memory, entryBytesMax: 200_000), flights: FlightTable(bytesMax: 1 << 20),
                redis: RedisCacheTier(limits))
            filter = CacheFilter(
                recipe: CacheKeyRecipe(route: "chat", scope: scope, convertible: [.chatCompletions]), policy: policy, state: state,
                converters: [.chatCompletions: FakeConverter()])
        }

        func count(_ event: RedisCacheCounts.Event) -> UInt64 { state.redis?.counts.all.first { $0.event == event.rawValue }?.count ?? 0 }

        /// What is written beside the request has arrived.
        func settle(_ written: UInt64 = 1) async {
            await until { count(.written) + count(.writeFailed) + count(.writeDropped) >= written }
        }
    }

    private func counting(_ text: String = "") -> FakeProvider {
        let numbers = Tally()
        return FakeProvider { _ in .json("\(numbers.add())\(text)") }
    }

    private func onWorker(_ body: @Sendable (FakeWorker) async -> Void) async {
        await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            await body(worker)
        }
    }

    @Test func `gives one process what another one fetched, with its age by Redis' clock`() async {
        let (one, other, provider) = (Process(), Process(), counting())
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker), provider)
            await one.settle()
            redis.advance(milliseconds: 12_900)
            let received = await other.filter.ask(.sample(on: worker), provider)
            let again = await other.filter.ask(.sample(on: worker), provider)

            #expect(received.text == "1" && received.cache == "hit" && received.headers.first("age") == "12")
            #expect(received.record.cacheTier == .redis && again.record.cacheTier == .memory)
            #expect(received.record.usage == Usage(input: 10, output: 5) && received.record.provider == "openai")
            #expect(received.record.attempts.isEmpty && received.record.isAnsweredFromCache)
            #expect(received.headers.first("content-type") == "application/json")
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `gives a stream again chunk by chunk, and as JSON to who wants that`() async {
        let provider = FakeProvider(.stream(["a", "b", "usage", "[DONE]"]))
        let (one, other, third) = (Process(), Process(), Process())
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker, streaming: true), provider)
            await one.settle()
            #expect(await other.filter.ask(.sample(on: worker, streaming: true), provider).text == "abusage[DONE]")
            #expect(await third.filter.ask(.sample(on: worker), provider).text == "joined abusage[DONE]")
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `is bounded in time: an entry is gone after keep and what may be stale`() async {
        let policy = CachePolicy(keep: .seconds(60), staleIfError: .seconds(30))
        let (one, provider) = (Process(policy: policy), counting())
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker), provider)
            await one.settle()
            redis.advance(milliseconds: 60_000)
            #expect(await Process(policy: policy).filter.ask(.sample(on: worker), FakeProvider(.failure(.noTargetLeft(model: "m")))).cache == "stale")
            redis.forgetLeases()
            redis.advance(milliseconds: 30_000)
            let down = await Process(policy: policy).filter.ask(.sample(on: worker), FakeProvider(.failure(.noTargetLeft(model: "m"))))
            #expect(down.error == .noTargetLeft(model: "m"))
        }
    }

    @Test func `gives an old answer of another process while one refreshes it`() async {
        let policy = CachePolicy(keep: .seconds(60), staleWhileRefresh: .seconds(300))
        let (one, other, provider) = (Process(policy: policy), Process(policy: policy), counting())
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker), provider)
            await one.settle()
            redis.advance(milliseconds: 61_000)
            let received = await other.filter.ask(.sample(on: worker), provider)
            #expect(received.text == "1" && received.cache == "stale" && worker.refreshes.count == 1)
            // The lease for it was given back.
            await until { !redis.keys.contains { $0.suffix(2) == Array(":l".utf8) } }
            _ = await other.filter.ask(worker.refreshes[0].exchange, provider)
            await other.settle()
            #expect(await Process(policy: policy).filter.ask(.sample(on: worker), provider).text == "2")
            #expect(provider.calls.value == 2)
        }
    }

    @Test(arguments: [CacheScope.caller, .team]) func `never crosses scopes`(scope: CacheScope) async {
        let (one, provider) = (Process(scope: scope), counting())
        let others = [nil, Caller(name: "carol", team: "bank"), Caller(name: "shop"), Caller(name: "dave")]
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker, caller: Caller(name: "alice", team: "shop")), provider)
            await one.settle()
            for caller in others { #expect(await Process(scope: scope).filter.ask(.sample(on: worker, caller: caller), provider).cache == "miss") }
        }
    }

    @Test func `has no prompt, name or credential in its keys, and no credential in its values`() async {
        let (one, provider) = (Process(compressing: 1 << 20), counting())
        await onWorker { worker in
            let headers = [("authorization", "Bearer sk-secret"), ("x-api-key", "sk-secret")]
            let body = #"{"model":"fast","messages":[{"role":"user","content":"my question"}]}"#
            _ = await one.filter.ask(.sample(on: worker, headers: headers, body: body, caller: Caller(name: "alice", team: "shop")), provider)
            await one.settle()
            for key in redis.keys {
                let text = String(decoding: key, as: UTF8.self)
                #expect(text.wholeMatch(of: /cache:[0-9a-f]{64}:[alq]/) != nil)
            }
            let value = String(decoding: redis.answer ?? [], as: UTF8.self)
            #expect(!value.contains("sk-secret") && !value.contains("my question") && value.contains("alice"))
        }
    }

    @Test(arguments: [true, false]) func `takes an entry for none, whichever of its bytes is changed and wherever it is cut`(isCompressed: Bool)
        async throws
    {
        let envelope = CacheEnvelope(compressedBytesMin: isCompressed ? 0 : 1 << 20, bytesMax: 1 << 20)
        let key = CacheKey(of: Array("key".utf8))
        let body = Array(String(repeating: " words", count: 40).utf8)
        let whole = try #require(await envelope.sealed(body, for: key, staleMilliseconds: 60_000))
        #expect(isCompressed == (whole[17] == UInt8(ascii: "1")))
        #expect(await envelope.opened(whole, for: key) == body)
        for index in whole.indices {
            for bit in [0x01, 0x80] as [UInt8] {
                var damaged = whole
                damaged[index] ^= bit
                #expect(await envelope.opened(damaged, for: key) == nil, "byte \(index) counts")
            }
        }
        for length in whole.indices { #expect(await envelope.opened(Array(whole.prefix(length)), for: key) == nil) }
    }

    @Test func `takes another key's entry for none`() async {
        let (one, provider) = (Process(), counting())
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker, body: #"{"a":1}"#), provider)
            await one.settle()
            let first = redis.answer
            _ = await one.filter.ask(.sample(on: worker, body: #"{"a":2}"#), provider)
            await one.settle(2)
            redis.answer = first
            let other = Process()
            #expect(await other.filter.ask(.sample(on: worker, body: #"{"a":1}"#), provider).text == "1")
            #expect(await other.filter.ask(.sample(on: worker, body: #"{"a":2}"#), provider).text == "3")
            #expect(other.count(.corrupt) == 1)
        }
    }

    @Test(arguments: [
        RedisFailure.unavailable, .timedOut, .connectionLost, .refused(code: "OOM"), .refused(code: "READONLY"), .refused(code: "NOAUTH"),
        .refused(code: "WRONGTYPE"),
    ])
    func `is a miss when Redis does not do what it should`(failure: RedisFailure) async {
        let (one, provider) = (Process(), counting())
        redis.fail(with: failure)
        await onWorker { worker in
            let received = await one.filter.ask(.sample(on: worker), provider)
            await one.settle()
            #expect(received.text == "1" && received.cache == "miss" && received.error == nil)
            #expect(await one.filter.ask(.sample(on: worker), provider).cache == "hit", "memory is there")
            #expect(one.count(.writeFailed) >= 1)
            redis.fail(with: nil)
            #expect(await Process().filter.ask(.sample(on: worker), provider).text == "2")
        }
    }

    @Test func `is left alone while the breaker keeps commands back`() async {
        await FakeThread().run { worker in
            let port = FakeRedisPort(redis)
            port.isAvailable = false
            worker.redis = port
            #expect(await Process().filter.ask(.sample(on: worker), counting()).text == "1")
            #expect(redis.callCount == 0)
        }
    }

    @Test func `compresses what is long, and keeps what is short as it is`() async {
        let (one, provider) = (Process(), FakeProvider { $0.model == "long" ? .json(String(repeating: "again ", count: 10_000)) : .json("short") })
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker, model: "long"), provider)
            await one.settle()
            #expect(redis.answer.map { $0.count < 3000 } ?? false)
            let received = await Process().filter.ask(.sample(on: worker, model: "long"), provider)
            #expect(received.text.count == 60_000 && received.cache == "hit")
        }
    }

    @Test func `keeps a refusal for other processes, too`() async {
        let policy = CachePolicy(keep: .seconds(60), negative: .seconds(30))
        let body = Array(#"{"error":{"message":"No.","type":"invalid_request_error"}}"#.utf8)
        let refusal = GatewayError.upstreamFailed(UpstreamFailure(provider: "openai", status: 400, body: body))
        let (one, other, provider) = (Process(policy: policy), Process(policy: policy), FakeProvider(.failure(refusal)))
        await onWorker { worker in
            _ = await one.filter.ask(.sample(on: worker), provider)
            await one.settle()
            let received = await other.filter.ask(.sample(on: worker), provider)
            #expect(received.error == refusal && received.cache == "negative" && received.record.cacheTier == .redis)
            #expect(provider.calls.value == 1)
        }
    }
}
