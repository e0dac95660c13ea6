import GatewayConfig
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("A switch to another model")
struct ModelSwitchTests {
    private let worker = FakeWorker(["alpha": [{ .good }], "beta": [{ .good }]])

    private func served(_ rule: String, words: String = "Hi", model: String = "fast", limits: [LimitInUse] = []) async throws -> String? {
        let other = ServedModel(name: "cheap", targets: [.sample("beta")])
        let filter = FallbackFilter(
            models: ["fast": ServedModel(name: "fast", targets: [.sample("alpha")]), "cheap": other], passThrough: .sample("alpha"),
            caller: UpstreamCaller(policy: .sample(), transform: RequestTransform(), budget: RetryBudget(percent: 20)),
            switches: [ModelSwitch(try SwitchConfig.load(rule), to: other)])
        let exchange = try Exchange.read(#"{"model":"\#(model)","messages":[{"role":"user","content":"\#(words)"}]}"#, on: worker)
        exchange.limitsInUse = limits
        _ = try await filter.handle(exchange)
        return worker.asked.last
    }

    @Test(arguments: [("> 1k", "alpha"), ("< 1k", "beta"), ("<1000", "beta")])
    func `looks at how much the provider would have to read`(bound: String, provider: String) async throws {
        let rule = "{ when: { input_tokens: \"\(bound)\" }, use: cheap }"

        #expect(try await served(rule) == provider)
        #expect(try await served(rule, words: String(repeating: "word ", count: 2_000)) == (provider == "alpha" ? "beta" : "alpha"))
    }

    @Test(arguments: [(79, "alpha"), (80, "beta"), (100, "beta")])
    func `looks at how much of a limit is spent`(used: Int, provider: String) async throws {
        let limits = [LimitInUse(name: "day", used: 100, limit: 100), LimitInUse(name: "month", used: used, limit: 100)]

        #expect(try await served("{ when: { spent: 80% of month }, use: cheap }", limits: limits) == provider)
    }

    @Test func `holds for the models that it names, and for those of the file alone`() async throws {
        let rule = "{ when: { model: [other], input_tokens: \"< 1k\" }, use: cheap }"
        #expect(try await served(rule) == "alpha")

        #expect(try await served("{ when: { input_tokens: \"< 1k\" }, use: cheap }", model: "unlisted") == "alpha")
    }

    @Test func `is measured against the model that was asked for`() async throws {
        let dear = Target(provider: .sample("alpha"), model: nil, state: TargetState(), price: Price(input: 10_000_000, output: 10_000_000))
        let cheap = Target(provider: .sample("beta"), model: nil, state: TargetState(), price: Price(input: 1_000_000, output: 1_000_000))
        let other = ServedModel(name: "cheap", targets: [cheap])
        let filter = FallbackFilter(
            models: ["fast": ServedModel(name: "fast", targets: [dear]), "cheap": other], passThrough: nil,
            caller: UpstreamCaller(policy: .sample(), transform: RequestTransform(), budget: RetryBudget(percent: 20)),
            switches: [ModelSwitch(try SwitchConfig.load("{ when: { input_tokens: \"< 1k\" }, use: cheap }"), to: other)])
        let exchange = try Exchange.read(on: worker)

        _ = try await filter.handle(exchange)

        #expect(exchange.record.cost == Money(nanodollars: 9_000))
        #expect(Savings(exchange.record)[.routing] == Money(nanodollars: 81_000))
    }
}
