import GatewayConfig
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("A cache key")
struct CacheKeyTests {
    private let recipe = CacheKeyRecipe(route: "chat", scope: .everyone, sentHeaders: ["openai-beta"], convertible: [.chatCompletions])

    private func key(
        _ body: String = #"{"model":"fast"}"#, recipe: CacheKeyRecipe? = nil, headers: [(String, String)] = [], method: String = "POST",
        target: String = "/v1/chat/completions", operation: GatewayCore.Operation = .chatCompletions, streaming: Bool = false, caller: Caller? = nil
    ) -> CacheKey? {
        (recipe ?? self.recipe).key(
            for: .sample(
                method: method, target: target, headers: headers, body: body, operation: operation, model: "fast", streaming: streaming,
                caller: caller))
    }

    @Test(arguments: [
        #"{"model":"fast","n":[1,{"b":2,"a":1}]}"#, #" { "n" : [ 1 , { "a" : 1 , "b" : 2 } ] , "model" : "fast" } "#,
        "{\n\"\\u006dodel\":\"f\\u0061st\",\"n\":[1,{\"b\":2,\"a\":1}]}",
        #"{"model":"fast","n":[1,{"b":2,"a":1}],"stream":true,"stream_options":{"include_usage":true},"user":"u","metadata":{"a":"b"}}"#,
    ])
    func `does not change with the order of members, white space, or members that say nothing about the answer`(body: String) {
        #expect(key(body) != nil)
        #expect(key(body) == key(#"{"model":"fast","n":[1,{"b":2,"a":1}]}"#))
    }

    @Test(arguments: [
        #"{"model":"slow","n":[1,2]}"#, #"{"model":"fast","n":[2,1]}"#, #"{"model":"fast","n":[1,2],"x":null}"#, #"{"model":"fast"}"#,
        #"{"model":"fast","n":[1,2],"extra":{"user":"u"}}"#, #"{"model":"fast","n":[1,2],"Stream":true}"#,
    ])
    func `changes with everything else in the body`(body: String) {
        #expect(key(body) != nil)
        #expect(key(body) != key(#"{"model":"fast","n":[1,2]}"#))
    }

    @Test func `changes with the route, what it does, the path, the operation and headers that are sent on`() {
        let keys = [
            key(), key(recipe: CacheKeyRecipe(route: "other", scope: .everyone, sentHeaders: ["openai-beta"], convertible: [.chatCompletions])),
            key(
                recipe: CacheKeyRecipe(
                    route: "chat", scope: .everyone, sentHeaders: ["openai-beta"], fingerprint: [1], convertible: [.chatCompletions])),
            key(target: "/v1/chat/completions2"), key(operation: .completions), key(headers: [("openai-beta", "a")]),
            key(headers: [("openai-beta", "b")]), key(headers: [("openai-beta", "a"), ("openai-beta", "b")]),
        ]

        #expect(Set(keys.compactMap { $0 }).count == keys.count)
        #expect(key(headers: [("user-agent", "x"), ("authorization", "Bearer y")]) == key())
        #expect(key(target: "/v1/chat/completions?key=sk-1") == key())
    }

    @Test func `is the same for a stream and its JSON twin only where one can be made from the other`() {
        #expect(key(streaming: true) == key(streaming: false))
        #expect(key(operation: .responses, streaming: true) != key(operation: .responses, streaming: false))
    }

    @Test(arguments: CacheScope.allCases)
    func `is shared within its scope and never beyond`(scope: CacheScope) {
        let recipe = CacheKeyRecipe(route: "chat", scope: scope)
        let shop = [Caller(name: "alice", team: "shop"), Caller(name: "bob", team: "shop")]
        let others = [
            Caller(name: "carol", team: "bank"), Caller(name: "dave"), Caller(name: "erin"), Caller(name: "shop"), Caller(name: "team shop"),
            Caller(name: "anonymous"), Caller(name: "everyone"),
        ]
        let callers: [Caller?] = shop + others + [nil]

        let keys = callers.map { key(recipe: recipe, caller: $0) }

        let distinct =
            switch scope {
            case .everyone: 1
            case .team: callers.count - 1
            case .caller: callers.count
            }
        #expect(Set(keys.compactMap { $0 }).count == distinct)
        #expect((keys[0] == keys[1]) == (scope != .caller))
        #expect(key(recipe: recipe, caller: Caller(name: "alice", team: "shop")) == keys[0])
        #expect(key(recipe: recipe) == keys.last)
    }

    @Test(arguments: [("fast", true), ("f*", true), ("slow", false)])
    func `changes with what is spent where that decides which model answers, and only for the models that it decides about`(
        _ models: String, _ changes: Bool
    ) throws {
        let rules = [
            try SwitchConfig.load("{ when: { model: [\(models)], spent: 80% of month }, use: cheap }"),
            try SwitchConfig.load("{ when: { input_tokens: < 1k }, use: cheap }"),
        ]
        let recipe = CacheKeyRecipe(route: "chat", scope: .everyone, switches: rules)
        func keys(used: Int) -> [CacheKey?] {
            let exchange = Exchange.sample()
            exchange.limitsInUse = [LimitInUse(name: "month", used: used, limit: 100)]
            return [recipe.key(for: exchange), recipe.meaning(of: exchange)]
        }

        #expect(keys(used: 0).allSatisfy { $0 != nil })
        for (before, after) in zip(keys(used: 79), keys(used: 80)) { #expect((before != after) == changes) }
        #expect(keys(used: 0) == keys(used: 79))
    }

    @Test func `changes with the length of a request where that decides which model answers, whatever makes it longer`() throws {
        let rule = try SwitchConfig.load("{ when: { input_tokens: \"> 1k\" }, use: cheap }")
        let recipe = CacheKeyRecipe(route: "chat", scope: .everyone, switches: [rule])
        let (short, long) = (#"{"model":"fast","user":"a"}"#, #"{"model":"fast","user":"\#(String(repeating: "word ", count: 2000))"}"#)

        #expect(key(short) == key(long))
        #expect(key(short, recipe: recipe) != key(long, recipe: recipe))
        #expect(key(short, recipe: recipe) == key(#"{"model":"fast"}"#, recipe: recipe))
    }

    @Test func `does not exist for requests that are none of the cache's business`() {
        let bound = Exchange.sample()
        bound.isBoundToAccount = true

        #expect(recipe.key(for: bound) == nil)
        #expect(key(method: "GET") == nil)
        #expect(key(method: "PUT") == nil)
        #expect(key(operation: .models) == nil)
        #expect(key(operation: .other) == nil)
        #expect(key(headers: [("content-encoding", "gzip")]) == nil)
        for body in ["", "[1]", "7", "{", #"{"a":1,"a":2}"#, #"{"a":{"b":1,"b":2}}"#, "{\"a\":\"\u{0}\"}", String(repeating: "[", count: 5000)] {
            #expect(key(body) == nil, "\(body.prefix(20))")
        }
        #expect(key(operation: .completions) != nil)
        #expect(key(operation: .embeddings) != nil)
        #expect(key(operation: .responses) != nil)
    }
}
