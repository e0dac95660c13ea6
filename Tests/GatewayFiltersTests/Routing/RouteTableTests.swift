import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("The route table")
struct RouteTableTests {
    @Test func `takes the first route that matches in every part`() {
        let table = RouteTable([
            RouteCondition(paths: [Glob("/v1/embeddings")]),
            RouteCondition(paths: [Glob("/v1/chat/completions")], models: [Glob("gpt-*")], headers: [("x-tier", [Glob("gold")])]),
            RouteCondition(methods: ["POST"], models: [Glob("gpt-4")], callers: ["alice"]),
            RouteCondition(),
        ])
        func match(_ path: String, _ model: String?, method: String = "POST", tier: String? = nil, caller: String? = nil) -> Int? {
            table.match(RouteQuery(path: path, method: method, model: model, header: { $0 == "x-tier" ? tier : nil }, caller: { caller }))
        }

        #expect(match("/v1/embeddings", "x") == 0)
        #expect(match("/v1/chat/completions", "gpt-4", tier: "gold") == 1)
        #expect(match("/v1/chat/completions", "gpt-4", tier: "silver") == 3)
        #expect(match("/v1/chat/completions", "gpt-4", caller: "alice") == 2)
        #expect(match("/v1/chat/completions", "gpt-4", method: "GET", caller: "alice") == 3)
        #expect(match("/v1/files", nil) == 3)
    }

    @Test func `a route that asks for a model matches no request without one, except a list of models`() {
        let table = RouteTable([RouteCondition(paths: [Glob("/v1/*")], models: [Glob("*")])])

        #expect(table.match(RouteQuery(path: "/v1/files", method: "GET", model: nil)) == nil)
        #expect(table.match(RouteQuery(path: "/v1/models", method: "GET", model: nil, ignoresModel: true)) == 0)
    }

    @Test func `a route may be written with or without the version that the client left out`() {
        let table = RouteTable([RouteCondition(paths: [Glob("/embeddings")]), RouteCondition(paths: [Glob("/v1/chat/*")])])

        #expect(table.match(RouteQuery(path: "/v1/embeddings", asSent: "/embeddings", method: "POST", model: "m")) == 0)
        #expect(table.match(RouteQuery(path: "/v1/chat/completions", asSent: "/chat/completions", method: "POST", model: "m")) == 1)
    }

    /// The drawers are a short cut: whatever they find, looking at each route in turn finds too.
    @Test(arguments: 0..<40) func `finds in many routes what looking at each would find`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) + 1)
        let names = ["gpt-4", "gpt-4o", "claude", "gpt-*", "*", "*-mini", "claude-*"].map { Glob($0) }
        let paths = ["/v1/chat/completions", "/v1/embeddings", "/v1/*", "*"].map { Glob($0) }
        let conditions = (0..<60).map { _ in
            RouteCondition(
                paths: Array(paths.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))),
                methods: Bool.random(using: &random) ? [] : ["POST"],
                models: Array(names.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))),
                callers: Int.random(in: 0...3, using: &random) == 0 ? ["alice"] : [])
        }
        let late = conditions.shuffled(using: &random).map { condition in
            var rare = condition
            rare.callers = ["nobody"]
            return rare
        }
        let all = late + conditions
        let table = RouteTable(all)

        for model in ["gpt-4", "gpt-4o", "gpt-5-mini", "claude-x", "other", nil] {
            for path in ["/v1/chat/completions", "/v1/embeddings", "/v1/x", "/other"] {
                for method in ["GET", "POST"] {
                    for caller in ["alice", nil] {
                        let query = RouteQuery(path: path, method: method, model: model, caller: { caller })
                        let oneByOne = all.indices.first { RouteTable([all[$0]]).match(query) == 0 }
                        #expect(table.match(query) == oneByOne)
                    }
                }
            }
        }
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// SplitMix64, https://prng.di.unimi.it/splitmix64.c
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
