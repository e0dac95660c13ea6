import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The cache, with requests that a provider refuses", .timeLimit(.minutes(5)))
struct NegativeAnswerTests {
    private let state = CacheState(store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20))

    private func filter(_ negative: Duration = .seconds(30), scope: CacheScope = .everyone) -> CacheFilter {
        CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: scope), policy: CachePolicy(keep: .seconds(600), negative: negative), state: state)
    }

    private func refusal(_ body: String, status: Int = 400) -> GatewayError {
        .upstreamFailed(
            UpstreamFailure(
                provider: "openai", status: status, body: Array(body.utf8), headers: [HeaderField("content-type", "application/json")]))
    }

    private static let invalid = #"{"error":{"message":"Unknown parameter","type":"invalid_request_error","param":"x","code":null}}"#

    @Test(arguments: [
        invalid, #"{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"}}"#,
        #"{"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}}"#,
    ])
    func `asks the provider once, and then gives the same refusal for a while`(body: String) async {
        let error = refusal(body)
        let provider = FakeProvider(.failure(error))
        await FakeThread().run { worker in
            let first = await filter().ask(.sample(on: worker), provider)
            worker.advance(by: .seconds(29))
            let second = await filter().ask(.sample(on: worker), provider)

            #expect([first.error, second.error] == [error, error])
            #expect([first.cache, second.cache] == ["miss", "negative"])
            #expect(second.headers.first("age") == "29")
            #expect(provider.calls.value == 1 && second.record.isAnsweredFromCache)
            worker.advance(by: .seconds(1))
            #expect(await filter().ask(.sample(on: worker), provider).cache == "miss")
        }
    }

    @Test(arguments: [
        (401, invalid), (403, invalid), (404, invalid), (422, invalid), (429, invalid), (500, invalid), (400, "{}"), (400, "no JSON"),
        (400, #"{"error":{"type":"invalid_request_error","code":"insufficient_quota","message":"x"}}"#),
        (400, #"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}"#),
        (400, #"{"error":{"code":400,"message":"API key not valid.","status":"FAILED_PRECONDITION"}}"#),
    ])
    func `keeps no failure that may pass`(status: Int, body: String) async {
        let provider = FakeProvider(.failure(refusal(body, status: status)))
        await FakeThread().run { worker in
            for calls in 1...2 {
                _ = await filter().ask(.sample(on: worker), provider)
                #expect(provider.calls.value == calls)
            }
        }
    }

    @Test func `keeps nothing where the route does not say so, and gives nothing of what it no longer says`() async {
        let provider = FakeProvider(.failure(refusal(Self.invalid)))
        await FakeThread().run { worker in
            for _ in 0..<2 { #expect(await filter(.zero).ask(.sample(on: worker), provider).cache == "miss") }
            _ = await filter().ask(.sample(on: worker), provider)
            #expect(await filter(.zero).ask(.sample(on: worker), provider).cache == "miss")
        }
    }

    @Test func `is within the scope, and about this request only`() async {
        let provider = FakeProvider(.failure(refusal(Self.invalid)))
        let filter = filter(scope: .team)
        await FakeThread().run { worker in
            _ = await filter.ask(.sample(on: worker, caller: Caller(name: "alice", team: "shop")), provider)
            #expect(await filter.ask(.sample(on: worker, caller: Caller(name: "carol", team: "bank")), provider).cache == "miss")
            #expect(await filter.ask(.sample(on: worker, body: "{}", caller: Caller(name: "bob", team: "shop")), provider).cache == "miss")
            #expect(await filter.ask(.sample(on: worker, caller: Caller(name: "bob", team: "shop")), provider).cache == "negative")
        }
    }

    @Test func `gives way to an answer that a client fetched anew`() async {
        let refusing = FakeProvider(.failure(refusal(Self.invalid)))
        let answering = FakeProvider(.json("{}"))
        await FakeThread().run { worker in
            _ = await filter().ask(.sample(on: worker), refusing)
            _ = await filter().ask(.sample(on: worker, headers: [("cache-control", "no-cache")]), answering)
            #expect(await filter().ask(.sample(on: worker), refusing).cache == "hit")
        }
    }
}
