import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters
import HTTPWire

@Suite("The cache, by the client's dialect", .timeLimit(.minutes(1)))
struct DialectCacheTests {
    private let recipe = CacheKeyRecipe(
        route: "all", scope: .everyone, sentHeaders: HeaderTransform.passed([]), convertible: Set(FormConverter.all.keys))
    private let store = MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000)
    private let flights = FlightTable(bytesMax: 1 << 20)

    private var filter: CacheFilter {
        CacheFilter(recipe: recipe, keep: .seconds(60), store: store, flights: flights, converters: FormConverter.all)
    }

    private func key(_ target: String, _ body: String, _ headers: [(String, String)] = []) throws -> CacheKey? {
        recipe.key(for: try .asking(target, body, headers: headers))
    }

    private let hi = #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#

    @Test func `takes a stream of Gemini's and its whole twin for one request, although their paths differ`() throws {
        let whole = try key("/v1beta/models/fast:generateContent", hi)

        #expect(whole != nil)
        #expect(try key("/v1beta/models/fast:streamGenerateContent?alt=sse", hi) == whole)
        #expect(try key("/v1beta/models/fast:streamGenerateContent", hi) == whole)
        #expect(try key("/models/fast:generateContent?key=k", hi) == whole)
        #expect(try key("/v1beta/models/f%61st:generateContent", hi) == whole)
    }

    @Test func `tells the models of Gemini's paths apart`() throws {
        #expect(try key("/v1beta/models/fast:generateContent", hi) != key("/v1beta/models/smart:generateContent", hi))
        #expect(try key("/v1beta/models/fast:generateContent", hi) != key("/v1beta/models/fast:countTokens", hi))
        #expect(try key("/v1beta/models/fast:countTokens", hi) == nil)
    }

    @Test func `tells dialects apart, and what changes an answer of Anthropic's`() throws {
        let body = #"{"model":"fast","messages":[],"max_tokens":5}"#

        #expect(try key("/v1/messages", body) == key("/messages?beta=true", #"{"max_tokens":5,"messages":[],"model":"fast","stream":true}"#))
        #expect(try key("/v1/messages", body) != key("/v1/chat/completions", body))
        #expect(try key("/v1/messages", body) != key("/v1/messages", body, [("anthropic-version", "2026-10-21")]))
        #expect(try key("/v1/messages", body) != key("/v1/messages", body, [("anthropic-beta", "x")]))
        #expect(try key("/v1/messages", body) == key("/v1/messages", body, [("x-api-key", "k"), ("anthropic-dangerous", "true")]))
    }

    @Test func `never takes part where a request goes on with what one account keeps`() throws {
        #expect(try key("/v1/messages", #"{"model":"fast","messages":[],"container":"c"}"#) == nil)
        #expect(try key("/v1beta/models/fast:generateContent", #"{"contents":[],"cachedContent":"c"}"#) == nil)
    }

    @Test(arguments: [ChatFormat.anthropic, .gemini, .openAIChat]) func `turns an answer into the form that a client of this dialect asks for`(
        _ client: ChatFormat
    ) async throws {
        let chat = Sample.answer.replacing(#""Hi"}}"#, with: #""Hi"},"finish_reason":"stop"}"#)
        let answers: [ChatFormat: String] = [.anthropic: Sample.message, .gemini: Sample.generated, .openAIChat: chat]
        let kept = try #require(answers[client])
        let provider = FakeProvider(.json(kept))
        try await FakeThread().run { worker in
            let whole = try await filter.handle(.greeting(from: client, on: worker), next: provider.next).read()
            let asked = try Exchange.greeting(from: client, streaming: true, on: worker)
            let response = try await filter.handle(asked, next: provider.next)
            let isStream = response.body.isStream
            let stream = try await response.read()

            #expect(provider.calls.value == 1)
            #expect(isStream && response.headers.first("content-type") == "text/event-stream; charset=utf-8")
            #expect(asked.responseHeaders.first("x-weir-cache") == "hit")
            let back = FormConverter(operation: asked.operation).json(fromStream: [BodyChunk(Array(stream.utf8))]) ?? []
            for text in [whole, String(decoding: back, as: UTF8.self)] { #expect(text.contains(#""Hi""#)) }
            #expect(try JSONValue(parsing: back)["usage"] == (try JSONValue(parsing: Array(whole.utf8))["usage"]))
        }
    }

    @Test func `says of a kept answer too what the translation left out`() async throws {
        let worker = FakeWorker()
        let target = try Target.speaking(.anthropic)
        let body = #"{"model":"fast","seed":1,"messages":[{"role":"user","content":"Hi"}]}"#
        try await FakeThread().run { (worker: FakeWorker) in
            worker.provider = { _, _ in FakeAnswer(body: Sample.message) }
            let upstream = FallbackFilter.sample([target], transform: RequestTransform(lossy: .drop))
            let first = try Exchange.asking("/v1/chat/completions", body, on: worker)
            _ = try await filter.handle(first, next: Next([upstream])).read()
            let second = try Exchange.asking("/v1/chat/completions", body, on: worker)
            let response = try await filter.handle(second, next: Next([upstream]))

            #expect(first.responseHeaders.first("x-weir-dropped") == "seed")
            #expect(second.responseHeaders.first("x-weir-cache") == "hit")
            #expect(response.headers.first("x-weir-dropped") == "seed")
            #expect(worker.sent.count == 1)
        }
        #expect(worker.sent.isEmpty)
    }
}
