import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("The bound on metric series")
struct SeriesBoundTests {
    @Test func `counts everything beyond it as other and says how much`() throws {
        let registry = MetricsRegistry.sample(seriesKeysMax: 30)
        for number in 0..<1_000 {
            registry.shard(worker: 0).count(.sample(route: "r\(number)", model: "m\(number)", provider: "p\(number)"))
        }

        let page = try registry.page()

        let requests = try #require(page.families["weir_requests_total"]).samples
        #expect(requests.count == 11)
        #expect(requests.reduce(0) { $0 + $1.value } == 1_000)
        #expect(requests.first { $0.labels["route"] == "other" }?.value == 990)
        #expect(page.value("weir_metrics_series_dropped_total") == 990)
        #expect(page.value("weir_request_duration_seconds_count", ["route": "other"]) == 990)
    }

    @Test func `does not grow the page however many names arrive`() throws {
        let registry = MetricsRegistry.sample(workers: 2, seriesKeysMax: 30)
        func countMany(_ numbers: Range<Int>) {
            for number in numbers {
                let attempt = Attempt(provider: "x\(number)", model: "m")
                var record = RequestRecord.sample(route: "r\(number)", attempts: [attempt])
                record.fallbacks = ["f\(number)"]
                registry.shard(worker: number % 2).count(record)
            }
        }
        countMany(0..<200)
        let before = try registry.page().sampleCount
        countMany(200..<2_000)

        #expect(try registry.page().sampleCount == before)
    }

    @Test func `is the same for all workers`() throws {
        let registry = MetricsRegistry.sample(workers: 2, seriesKeysMax: 3)
        let first = registry.shard(worker: 0), second = registry.shard(worker: 1)
        first.count(.sample(route: "known"))
        second.count(.sample(route: "late"))
        second.count(.sample(route: "known"))
        first.count(.sample(route: "late"))

        let page = try registry.page()

        #expect(page.value("weir_request_duration_seconds_count", ["route": "known"]) == 2)
        #expect(page.value("weir_request_duration_seconds_count", ["route": "other"]) == 2)
        #expect(page.value("weir_request_duration_seconds_count", ["route": "late"]) == nil)
    }
}
