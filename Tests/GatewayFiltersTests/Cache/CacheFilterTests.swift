import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The cache filter", .timeLimit(.minutes(10)))
struct CacheFilterTests {
    private let store = MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000)
    private let flights = FlightTable(bytesMax: 1 << 20)

    private func filter(scope: CacheScope = .everyone, keep: Duration = .seconds(60), converts: Bool = true) -> CacheFilter {
        CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: scope, convertible: converts ? [.chatCompletions] : []), keep: keep, store: store,
            flights: flights, converters: converts ? [.chatCompletions: FakeConverter()] : [:])
    }

    @Test func `asks the provider once, and then gives the same bytes again with their age`() async {
        let provider = FakeProvider(.json(#"{"id":"1"}"#))
        await FakeThread().run { worker in
            let first = await filter().ask(.sample(on: worker), provider)
            worker.advance(by: .milliseconds(12_900))
            let second = await filter().ask(.sample(on: worker, body: #"{"messages":[{"content":"Hi","role":"user"}], "model":"fast"}"#), provider)

            #expect(provider.calls.value == 1)
            #expect([first.text, second.text] == [#"{"id":"1"}"#, #"{"id":"1"}"#])
            #expect([first.cache, second.cache] == ["miss", "hit"])
            #expect([first.headers.first("age"), second.headers.first("age")] == [nil, "12"])
            #expect(second.headers.first("content-type") == "application/json")
        }
    }

    @Test func `gives a stream again chunk by chunk, the event with the token counts included`() async throws {
        let provider = FakeProvider(.stream(["a", "b", "usage", "[DONE]"]))
        try await FakeThread().run { worker in
            _ = await filter().ask(.sample(on: worker, streaming: true), provider)
            let response = try await filter().handle(.sample(on: worker, streaming: true), next: provider.next)
            guard case .stream(let source) = response.body.content else { return #expect(Bool(false), "no stream") }

            var chunks: [BodyChunk] = []
            while let chunk = try await source.next() { chunks.append(chunk) }

            #expect(chunks.map { String(decoding: $0.bytes, as: UTF8.self) } == ["a", "b", "usage", "[DONE]"])
            #expect(chunks.map(\.isUsageOnly) == [false, false, true, false])
            #expect(response.headers.first("content-type") == "text/event-stream; charset=utf-8")
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `turns a kept answer into the form that the client asked for`() async {
        let json = FakeProvider(.json("{}"))
        let stream = FakeProvider(.stream(["a", "b"]))
        await FakeThread().run { worker in
            _ = await filter().ask(.sample(on: worker), json)
            let streamed = await filter().ask(.sample(on: worker, streaming: true), json)
            _ = await filter().ask(.sample(on: worker, body: #"{"n":2}"#, streaming: true), stream)
            let joined = await filter().ask(.sample(on: worker, body: #"{"n":2}"#), stream)

            #expect(streamed.text == "streamed {}")
            #expect(streamed.headers.first("content-type") == "text/event-stream; charset=utf-8")
            #expect(joined.text == "joined ab")
            #expect(joined.headers.first("content-type") == "application/json")
            #expect([streamed.cache, joined.cache] == ["hit", "hit"])
            #expect([json.calls.value, stream.calls.value] == [1, 1])
        }
    }

    @Test func `turns an answer into its other form once for all who ask, within the memory it may use`() async {
        let conversions = Tally()
        let filter = CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: .everyone, convertible: [.chatCompletions]), keep: .seconds(60), store: store,
            flights: flights, converters: [.chatCompletions: FakeConverter(conversions)])
        let provider = FakeProvider(.stream(["a", "b"]))
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker, streaming: true), provider)
            let before = store.byteCount
            for _ in 0..<3 { #expect(await filter.ask(.sample(on: worker), provider).text == "joined ab") }

            #expect(conversions.value == 1)
            #expect(store.byteCount > before)
            #expect(store.answerCount == 1)
            #expect(await filter.ask(.sample(on: worker, streaming: true), provider).text == "ab")
            #expect(provider.calls.value == 1)
        }
    }

    @Test(arguments: [true, false])
    func `asks again when a kept answer cannot be turned into the other form`(converts: Bool) async {
        let provider = FakeProvider { $0.isStreaming ? .stream(["streamed"]) : .json("cannot") }
        await FakeThread().run { worker in
            _ = await filter(converts: converts).ask(.sample(on: worker), provider)
            let streamed = await filter(converts: converts).ask(.sample(on: worker, streaming: true), provider)

            #expect(streamed.text == "streamed")
            #expect(streamed.cache == "miss")
            #expect(provider.calls.value == 2)
        }
    }

    @Test func `keeps an answer for as long as it was told, and no longer than the route says now`() async {
        let provider = FakeProvider(.json("{}"))
        await FakeThread().run { worker in
            _ = await filter(keep: .seconds(60)).ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(30))
            #expect(await filter(keep: .seconds(60)).ask(.sample(on: worker), provider).isHit)
            #expect(await !filter(keep: .seconds(20)).ask(.sample(on: worker), provider).isHit)
            worker.advance(by: .seconds(20))
            #expect(await !filter(keep: .seconds(60)).ask(.sample(on: worker), provider).isHit)
        }
    }

    @Test func `never gives an answer to another scope`() async {
        let provider = FakeProvider(.json("{}"))
        let alice = Caller(name: "alice", team: "shop")
        await FakeThread().run { worker in
            for scope in [CacheScope.caller, .team] {
                _ = await filter(scope: scope).ask(.sample(on: worker, body: #"{"s":"\#(scope)"}"#, caller: alice), provider)
                for other in [nil, Caller(name: "carol", team: "bank"), Caller(name: "shop"), Caller(name: "dave")] {
                    let received = await filter(scope: scope).ask(.sample(on: worker, body: #"{"s":"\#(scope)"}"#, caller: other), provider)
                    #expect(received.cache == "miss")
                }
            }
            let bob = Caller(name: "bob", team: "shop")
            #expect(await filter(scope: .team).ask(.sample(on: worker, body: #"{"s":"team"}"#, caller: bob), provider).isHit)
            #expect(await !filter(scope: .caller).ask(.sample(on: worker, body: #"{"s":"caller"}"#, caller: bob), provider).isHit)
        }
    }

    @Test(arguments: ["no-cache", "No-Cache", "max-age=0, no-cache"])
    func `asks again for a client that wants a new answer, and keeps that one`(value: String) async {
        let numbers = Tally()
        let provider = FakeProvider { _ in .json("\(numbers.add())") }
        await FakeThread().run { worker in
            _ = await filter().ask(.sample(on: worker), provider)
            let fresh = await filter().ask(.sample(on: worker, headers: [("cache-control", value)]), provider)
            let after = await filter().ask(.sample(on: worker), provider)

            #expect([fresh.text, after.text] == ["2", "2"])
            #expect([fresh.cache, after.cache] == ["miss", "hit"])
        }
    }

    @Test func `neither looks nor keeps for a client that says no-store`() async {
        let numbers = Tally()
        let provider = FakeProvider { _ in .json("\(numbers.add())") }
        let exchange: @Sendable (FakeWorker) -> Exchange = {
            .sample(on: $0, headers: [("cache-control", "private"), ("cache-control", "no-store")])
        }
        await FakeThread().run { worker in
            let first = await filter().ask(exchange(worker), provider)
            let second = await filter().ask(.sample(on: worker), provider)
            let third = await filter().ask(exchange(worker), provider)

            #expect([first.text, second.text, third.text] == ["1", "2", "3"])
            #expect([first.cache, second.cache, third.cache] == ["bypass", "miss", "bypass"])
            #expect(first.record.cache == .bypass)
        }
    }

    @Test func `passes by what is none of its business`() async {
        let provider = FakeProvider(.json("{}"))
        await FakeThread().run { worker in
            for _ in 0..<2 {
                let received = await filter().ask(.sample(on: worker, method: "GET", body: "", operation: .models), provider)
                #expect(received.cache == "bypass")
            }
            #expect(provider.calls.value == 2)
            #expect(store.entryCount == 0)
        }
    }

    @Test func `never keeps errors, cut streams, other statuses, or what is not what was asked for`() async {
        let cut = GatewayError.upstreamCut(provider: "openai")
        let providers = [
            FakeProvider(.failure(.upstreamFailed(UpstreamFailure(provider: "openai", status: 500)))), FakeProvider(.stream(["a"], ending: cut)),
            FakeProvider(.json("{}"), status: 201), FakeProvider(.json("{}"), headers: [HeaderField("content-encoding", "gzip")]),
            FakeProvider(.json(String(repeating: "x", count: 100_000))), FakeProvider(.stream(["not asked for"])),
        ]
        await FakeThread().run { worker in
            for (index, provider) in providers.enumerated() {
                for _ in 0..<2 {
                    let exchange = Exchange.sample(on: worker, body: #"{"n":\#(index)}"#, streaming: index == 1)
                    #expect(await filter().ask(exchange, provider).cache == "miss")
                }
                #expect(provider.calls.value == 2, "provider \(index)")
            }
            #expect(store.entryCount == 0)
            await until { flights.count == 0 && flights.byteCount == 0 }  // the last one's bytes go when its call has ended
        }
    }

    @Test func `passes errors on before and within a stream`() async {
        let failure = GatewayError.upstreamFailed(UpstreamFailure(provider: "openai", status: 429))
        let cut = GatewayError.upstreamCut(provider: "openai")
        await FakeThread().run { worker in
            let failed = await filter().ask(.sample(on: worker), FakeProvider(.failure(failure)))
            #expect(failed.error == failure)
            #expect(failed.headers.first("x-added-inside") == "1")
            #expect(failed.record.attempts.count == 1)
            #expect(await filter().ask(.sample(on: worker, streaming: true), FakeProvider(.stream(["a"], ending: cut))).error == cut)
        }
    }

    @Test func `writes into the record what the call came to, and for a hit what it once cost`() async {
        let provider = FakeProvider(.stream(["a", "usage"]))
        await FakeThread().run { worker in
            let first = await filter().ask(.sample(on: worker, streaming: true), provider)
            let second = await filter().ask(.sample(on: worker, streaming: true), provider)

            #expect(first.record.cache == .miss)
            #expect(first.record.attempts.count == 1)
            #expect(first.record.usage == Usage(input: 10, output: 5))
            #expect(first.headers.first("x-added-inside") == "1")
            #expect(first.headers.first("x-ratelimit-remaining-requests") == "7")
            #expect(second.record.cache == .hit)
            #expect(second.record.attempts.isEmpty)
            #expect(second.record.usage == Usage(input: 10, output: 5))
            #expect(second.record.provider == "openai")
            #expect(second.headers.first("x-ratelimit-remaining-requests") == nil)
        }
    }

    @Test(arguments: [0, 1, 2])
    func `stops asking when its only client leaves, before and within the answer`(passed: Int) async {
        let provider = FakeProvider(.stream(["a", "b"]), isOpen: false)
        await FakeThread().run { worker in
            let client = FakeClient(.sample(on: worker, streaming: true))
            client.ask(filter(), provider)
            provider.valve.allow(passed)
            await until { provider.calls.value == 1 && provider.valve.waitingCount == 1 }

            client.leave()

            #expect(await client.received().error == .clientGone)
            await until { provider.cancelled.value == 1 && flights.count == 0 && flights.byteCount == 0 }
            await until { provider.ends.value == (passed > 0 ? 1 : 0) }
            #expect(await !filter().ask(.sample(on: worker), FakeProvider(.json("{}"))).isHit)
        }
    }
}
