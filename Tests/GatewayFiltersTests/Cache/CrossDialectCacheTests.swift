import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@testable import GatewayFilters

@Suite("The cache, for the same question in two formats", .timeLimit(.minutes(5)))
struct CrossDialectCacheTests {
    private let recipe = CacheKeyRecipe(
        route: "all", scope: .team, sentHeaders: HeaderTransform.passed([]), convertible: Set(FormConverter.all.keys))
    private let state = CacheState(store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20))

    private var filter: CacheFilter {
        CacheFilter(recipe: recipe, policy: CachePolicy(keep: .seconds(60)), state: state, converters: FormConverter.all)
    }

    /// "Hi" under the instruction "Be kind.", within 100 tokens.
    private func question(
        _ format: ChatFormat, on worker: FakeWorker = FakeWorker(), streaming: Bool = false, text: String = "Hi", more: String = "",
        headers: [(String, String)] = []
    ) throws(GatewayError) -> Exchange {
        let stream = (streaming ? #","stream":true"# : "") + more
        switch format {
        case .openAIChat:
            let messages = #"[{"role":"system","content":"Be kind."},{"role":"user","content":"\#(text)"}]"#
            let body = #"{"model":"fast","max_tokens":100,"messages":\#(messages)\#(stream)}"#
            return try .asking("/v1/chat/completions", body, on: worker, headers: headers)
        case .openAIResponses:
            let body = #"{"model":"fast","max_output_tokens":100,"instructions":"Be kind.","input":"\#(text)"\#(stream)}"#
            return try .asking("/v1/responses", body, on: worker, headers: headers)
        case .anthropic:
            let body = #"{"model":"fast","max_tokens":100,"system":"Be kind.","messages":[{"role":"user","content":"\#(text)"}]\#(stream)}"#
            return try .asking("/v1/messages", body, on: worker, headers: headers + [("anthropic-version", "2023-06-01")])
        case .gemini:
            let rest = #""generationConfig":{"maxOutputTokens":100},"contents":[{"role":"user","parts":[{"text":"\#(text)"}]}]\#(more)"#
            let verb = streaming ? "streamGenerateContent?alt=sse" : "generateContent"
            let body = #"{"systemInstruction":{"parts":[{"text":"Be kind."}]},\#(rest)}"#
            return try .asking("/v1beta/models/fast:" + verb, body, on: worker, headers: headers)
        case .bedrock:
            preconditionFailure("no client speaks Bedrock's format")
        }
    }

    private func meaning(_ exchange: Exchange) -> CacheKey? { recipe.meaning(of: exchange) }

    @Test func `has one meaning in all formats, plain and streamed`() throws {
        let meanings = try ChatFormat.clients.flatMap { [meaning(try question($0)), meaning(try question($0, streaming: true))] }

        #expect(meanings[0] != nil)
        #expect(Set(meanings).count == 1)
    }

    @Test(arguments: [
        #""temperature":0"#, #""temperature":1"#, #""temperature":1.0"#, #""top_p":0.5"#, #""stop":["x"]"#, #""seed":1"#,
        #""response_format":{"type":"json_object"}"#, #""reasoning_effort":"low""#, #""parallel_tool_calls":false"#,
        #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]"#,
    ])
    func `is another one with whatever may change the answer`(more: String) throws {
        let plain = try meaning(question(.openAIChat))
        let changed = try meaning(question(.openAIChat, more: "," + more))

        #expect(changed != plain && changed != nil)
        #expect(try meaning(question(.openAIChat, text: "Ho")) != plain)
        #expect(try meaning(question(.anthropic, headers: [("anthropic-beta", "x")])) != plain)
    }

    @Test func `has numbers as they are spelled, and tools as they are named`() throws {
        let spellings = ["1", "1.0", "2"].map { #","temperature":\#($0)"# }
        let tools = ["f", "g"].map { #","tools":[{"type":"function","function":{"name":"\#($0)"}}]"# }
        let meanings = try (spellings + tools).map { meaning(try question(.openAIChat, more: $0)) }

        #expect(Set(meanings).count == 5)
    }

    @Test(arguments: [
        #""n":2"#, #""logprobs":true"#, #""logit_bias":{"1":2}"#, #""unknown":1"#, #""verbosity":"low""#,
    ])
    func `has no twin where another format cannot say it`(more: String) throws {
        #expect(try meaning(question(.openAIChat, more: "," + more)) == nil)
    }

    @Test func `has no twin with calls or thoughts in the conversation`() throws {
        let call = #"{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#
        let messages = #"[{"role":"user","content":"Hi"},\#(call),{"role":"tool","tool_call_id":"c","content":"1"}]"#

        #expect(meaning(try .asking("/v1/chat/completions", #"{"model":"fast","messages":\#(messages)}"#)) == nil)
    }

    private static let answers: [ChatFormat: String] = [
        .openAIChat: Sample.answer.replacing(#""Hi"}}"#, with: #""Hi"},"finish_reason":"stop"}"#), .anthropic: Sample.message,
        .gemini: Sample.generated,
    ]

    @Test(arguments: [ChatFormat.openAIChat, .anthropic, .gemini], [ChatFormat.openAIChat, .openAIResponses, .anthropic, .gemini])
    func `is answered once, and each client reads it in its own words, plain and streamed`(first: ChatFormat, then: ChatFormat) async throws {
        let kept = try #require(Self.answers[first])
        let provider = FakeProvider(.json(kept))
        try await FakeThread().run { worker in
            _ = try await filter.handle(question(first, on: worker), next: provider.next).read()
            for isStreaming in [false, true, true, false] {
                let exchange = try question(then, on: worker, streaming: isStreaming)
                let response = try await filter.handle(exchange, next: provider.next)
                #expect(exchange.record.cache == .hit && response.body.isStream == isStreaming)
                #expect(exchange.record.usage == Usage(input: 10, output: 5), "as the provider counted")
                #expect(try await response.read().contains(#""Hi""#))
            }
            #expect(provider.calls.value == 1)
        }
    }

    @Test func `gives a client what a whole answer of its own format has`() async throws {
        let provider = FakeProvider(.json(Sample.message))
        try await FakeThread().run { worker in
            _ = try await filter.handle(question(.anthropic, on: worker), next: provider.next).read()
            let text = try await filter.handle(question(.openAIChat, on: worker), next: provider.next).read()
            let again = try await filter.handle(question(.openAIChat, on: worker), next: provider.next).read()
            let body = try JSONValue(parsing: Array(text.utf8))

            #expect(body["object"] == "chat.completion")
            #expect(body["choices"]?[0]?["message"]?["content"] == "Hi")
            #expect(body["choices"]?[0]?["finish_reason"] == "stop")
            #expect(body["usage"]?["total_tokens"]?.int == 15)
            #expect(again == text, "what was once given stays the same")
        }
    }

    @Test func `stays within the scope`() async throws {
        let provider = FakeProvider(.json(Sample.message))
        try await FakeThread().run { worker in
            let (alice, carol) = (try question(.anthropic, on: worker), try question(.openAIChat, on: worker))
            alice.caller = Caller(name: "alice", team: "shop")
            carol.caller = Caller(name: "carol", team: "bank")
            _ = try await filter.handle(alice, next: provider.next).read()
            _ = try await filter.handle(carol, next: .answers(Sample.answer)).read()
            #expect(carol.record.cache == .miss)
        }
    }

    @Test func `is asked again where the answer holds what only one format has`() async throws {
        let content = #"[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Hi"}]"#
        let rest = #""stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}"#
        let thoughtful = #"{"id":"m","type":"message","role":"assistant","model":"claude","content":\#(content),\#(rest)}"#
        let provider = FakeProvider(.json(thoughtful))
        try await FakeThread().run { worker in
            _ = try await filter.handle(question(.anthropic, on: worker), next: provider.next).read()
            let exchange = try question(.openAIChat, on: worker)
            _ = try await filter.handle(exchange, next: .answers(Sample.answer)).read()
            #expect(exchange.record.cache == .miss)
        }
    }

    @Test func `is found in Redis, too`() async throws {
        let redis = FakeRedis()
        @Sendable func process() -> CacheFilter {
            let limits = RedisCacheTier.Limits(compressedBytesMin: 4096, entryBytesMax: 100_000, waitMax: .zero)
            let state = CacheState(
                store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20),
                redis: RedisCacheTier(limits))
            return CacheFilter(recipe: recipe, policy: CachePolicy(keep: .seconds(60)), state: state, converters: FormConverter.all)
        }
        let provider = FakeProvider(.json(Sample.message))
        try await FakeThread().run { worker in
            worker.redis = FakeRedisPort(redis)
            _ = try await process().handle(question(.anthropic, on: worker), next: provider.next).read()
            await until { redis.keys.count >= 2 }
            redis.forgetLeases()
            await until { redis.keys.count >= 2 }
            let exchange = try question(.openAIChat, on: worker)
            let text = try await process().handle(exchange, next: provider.next).read()
            #expect(text.contains("chat.completion") && exchange.record.cache == .hit && exchange.record.cacheTier == .redis)
            #expect(provider.calls.value == 1)
        }
    }
}
