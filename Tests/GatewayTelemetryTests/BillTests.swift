import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("The bill in the metrics")
struct BillTests {
    private let registry = MetricsRegistry.sample(workers: 2)

    private func text() -> String {
        var bytes: [UInt8] = []
        registry.render(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func paid(_ attempts: [Attempt], provider: String = "openai") -> RequestRecord {
        var record = RequestRecord.sample(provider: provider, attempts: attempts)
        record.cost = attempts.reduce(.zero) { $0 + ($1.cost ?? .zero) }
        record.usage = attempts.last?.usage
        return record
    }

    private func attempt(_ provider: String, tokens: Int, nanodollars: Int) -> Attempt {
        Attempt(provider: provider, model: "m", status: 200, usage: Usage(input: tokens, output: 0), cost: Money(nanodollars: nanodollars))
    }

    @Test func `is exact dollars, at the provider that did the work`() {
        registry.shard(worker: 0).count(paid([attempt("local", tokens: 3, nanodollars: 5), attempt("openai", tokens: 7, nanodollars: 1_250_000)]))
        registry.shard(worker: 1).count(paid([attempt("openai", tokens: 10, nanodollars: 2)]))

        let page = text()

        #expect(page.contains(#"weir_cost_usd_total{route="chat",model="fast",provider="openai"} 0.001250002"#))
        #expect(page.contains(#"weir_cost_usd_total{route="chat",model="fast",provider="local"} 0.000000005"#))
        #expect(page.contains(#"weir_tokens_total{route="chat",model="fast",provider="openai",type="input"} 17"#))
        #expect(page.contains(#"weir_tokens_total{route="chat",model="fast",provider="local",type="input"} 3"#))
        #expect(page.contains(#"weir_added_usd_total{route="chat",by="retries"} 0.000000005"#))
    }

    @Test func `holds what somebody else's attempts cost whom they are charged to`() {
        var record = RequestRecord.sample()
        record.usage = Usage(input: 4, output: 0)
        record.cost = Money(nanodollars: 9)
        registry.shard(worker: 0).count(record)

        let page = text()

        #expect(page.contains(#"weir_cost_usd_total{route="chat",model="fast",provider="openai"} 0.000000009"#))
        #expect(page.contains(#"weir_tokens_total{route="chat",model="fast",provider="openai",type="input"} 4"#))
    }

    @Test func `tells what was saved by what, for each route`() {
        var hit = RequestRecord.sample()
        hit.cache = .hit
        hit.costAvoided = Money(nanodollars: 70)
        var other = hit
        other.route = "other"
        registry.shard(worker: 0).count(hit)
        registry.shard(worker: 1).count(hit)
        registry.shard(worker: 1).count(other)

        let bills = registry.bills

        #expect(bills.map(\.route) == ["chat", "other"])
        #expect(bills.map { $0.bill.saved(by: .cache) } == [140, 70])
        #expect(bills.map(\.bill.unpaid) == [2, 1])
        #expect(bills.map(\.bill.spent) == [0, 0])
    }
}
