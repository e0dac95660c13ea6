import Dispatch
import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("Metrics under concurrency")
struct MetricsConcurrencyTests {
    @Test func `are exact when workers count while pages are read`() throws {
        let registry = MetricsRegistry.sample(workers: 4)
        let perWorker = 2_000

        DispatchQueue.concurrentPerform(iterations: 5) { index in
            guard index < 4 else {
                for _ in 0..<50 { _ = try? registry.page() }
                return
            }
            for number in 0..<perWorker { registry.shard(worker: index).count(.sample(route: "r\(number % 7)")) }
        }

        let page = try registry.page()
        let total = page.families["weir_requests_total"]?.samples.reduce(0) { $0 + $1.value }
        #expect(total == Double(4 * perWorker))
        #expect(page.value("weir_gateway_overhead_seconds_count") == Double(4 * perWorker))
        #expect(page.value("weir_inflight_requests") == 0)
    }
}
