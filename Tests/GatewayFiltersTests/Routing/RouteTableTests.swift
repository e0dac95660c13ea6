import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("The route table")
struct RouteTableTests {
    @Test func `takes the first route that matches in every part`() {
        let table = RouteTable([
            RouteCondition(paths: [Glob("/v1/embeddings")]),
            RouteCondition(paths: [Glob("/v1/chat/completions")], models: [Glob("gpt-*")], headers: [("x-tier", [Glob("gold")])]),
            RouteCondition(methods: ["POST"], models: [Glob("gpt-4")], callers: [Glob("alice")]),
            RouteCondition(),
        ])
        func match(_ path: String, _ model: String?, method: String = "POST", tier: String? = nil, caller: String? = nil) -> Int? {
            table.match(Asked(path: path, method: method, model: model, header: { $0 == "x-tier" ? tier : nil }, caller: { caller }))
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

        #expect(table.match(Asked(path: "/v1/files", method: "GET", model: nil)) == nil)
        #expect(table.match(Asked(path: "/v1/models", method: "GET", model: nil, ignoresModel: true)) == 0)
    }

    @Test func `a route may be written with or without the version that the client left out`() {
        let table = RouteTable([RouteCondition(paths: [Glob("/embeddings")]), RouteCondition(paths: [Glob("/v1/chat/*")])])

        #expect(table.match(Asked(path: "/v1/embeddings", asSent: "/embeddings", method: "POST", model: "m")) == 0)
        #expect(table.match(Asked(path: "/v1/chat/completions", asSent: "/chat/completions", method: "POST", model: "m")) == 1)
    }

    /// The drawers are a short cut: whatever they find, looking at each route in turn finds too.
    @Test(arguments: 0..<40) func `finds in many routes what looking at each would find`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) + 1)
        let names = ["gpt-4", "gpt-4o", "claude", "gpt-*", "*", "*-mini", "claude-*"].map { Glob($0) }
        let paths = ["/v1/chat/completions", "/v1/embeddings", "/v1/*", "*"].map { Glob($0) }
        let tiers = ["gold", "silver", "g*"].map { Glob($0) }
        let conditions = (0..<60).map { _ in
            RouteCondition(
                paths: Array(paths.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))),
                methods: Bool.random(using: &random) ? [] : ["POST"],
                models: Array(names.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))),
                headers: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                    (["x-tier", "x-zone"].randomElement(using: &random) ?? "", Array(tiers.shuffled(using: &random).prefix(1)))
                },
                callers: Int.random(in: 0...3, using: &random) == 0 ? [Glob("alice")] : [])
        }
        let late = conditions.shuffled(using: &random).map { condition in
            var rare = condition
            rare.callers = [Glob("nobody")]
            return rare
        }
        let all = late + conditions
        let table = RouteTable(all)

        for model in ["gpt-4", "gpt-4o", "gpt-5-mini", "claude-x", "other", nil] {
            for (path, method) in [("/v1/chat/completions", "POST"), ("/v1/embeddings", "POST"), ("/v1/x", "GET"), ("/other", "POST")] {
                for headers in [[:], ["x-tier": "gold"], ["x-tier": "silver", "x-zone": "gold"]] {
                    for caller in ["alice", nil] {
                        let query = Asked(
                            path: path, method: method, model: model, ignoresModel: model == "other", header: { headers[$0] },
                            headerNames: { Array(headers.keys) }, caller: { caller })
                        #expect(table.match(query) == all.firstIndex { $0.matches(query) })
                    }
                }
            }
        }
    }

    @Test func `looks at a handful of a thousand routes, whatever they differ by`() {
        let dimensions: [String: (Int) -> RouteCondition] = [
            "path": { RouteCondition(paths: [Glob("/v1/tenant-\($0)/*")]) }, "model": { RouteCondition(models: [Glob("model-\($0)")]) },
            "ending": { RouteCondition(models: [Glob("*-\($0)")]) },
            "caller": { RouteCondition(paths: [Glob("/*")], callers: [Glob("caller-\($0)")]) },
            "header": { RouteCondition(headers: [("x-tenant", [Glob("*")]), ("x-tier", [Glob("tier-\($0)")])]) },
            "header name": { RouteCondition(headers: [("x-\($0)", [Glob("yes")])]) },
        ]
        for (dimension, condition) in dimensions {
            let table = RouteTable((0..<1000).map(condition))
            for number in [0, 7, 500, 999] {
                let headers = ["x-tenant": "a", "x-tier": "tier-\(number)", "x-\(number)": "yes"]
                var looks = 0
                let found = table.match(
                    Asked(
                        path: "/v1/tenant-\(number)/x", method: "POST", model: "model-\(number)", header: { headers[$0] },
                        headerNames: { Array(headers.keys) }, caller: { "caller-\(number)" }), looks: &looks)

                #expect(found == number, "\(dimension)")
                #expect(looks <= 4, "\(dimension)")
            }
        }
    }

    @Test func `a list of models is looked for in a handful of routes too`() {
        let table = RouteTable((0..<1000).map { RouteCondition(models: [Glob("model-\($0)")], callers: [Glob("caller-\($0)")]) })
        var looks = 0

        let found = table.match(
            Asked(path: "/v1/models", method: "GET", model: nil, ignoresModel: true, caller: { "caller-900" }), looks: &looks)

        #expect(found == 900)
        #expect(looks == 1)
    }

    @Test func `asks whose key it is only if a route in its way wants to know`() {
        let table = RouteTable(
            (0..<20).map { RouteCondition(paths: [Glob("/v1/team-\($0)")], callers: [Glob("alice")]) } + [RouteCondition(paths: [Glob("/v1/chat/*")])]
        )
        let asked = Tally()
        func match(_ path: String) -> Int? {
            table.match(
                Asked(path: path, method: "POST", model: nil, caller: { asked.add() > 0 ? "alice" : nil }))
        }

        #expect(match("/v1/chat/completions") == 20)
        #expect(asked.value == 0)
        #expect(match("/v1/team-3") == 3)
        #expect(asked.value > 0)
    }

    @Test func `a route with a great many labels is still found`() {
        let many = (0..<40).map { Glob("model-\($0)") }
        let callers = (0..<1000).map { Glob("caller-\($0)") }
        let table = RouteTable(
            (0..<20).map { RouteCondition(paths: [Glob("/v1/\($0)")], models: many, callers: callers) } + [RouteCondition()])

        #expect(table.match(Asked(path: "/v1/7", method: "POST", model: "model-39", caller: { "caller-999" })) == 7)
        #expect(table.match(Asked(path: "/v1/7", method: "POST", model: "model-40", caller: { "caller-999" })) == 20)
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
