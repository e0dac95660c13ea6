import GatewayCore
import Testing

@testable import GatewayTelemetry

@Suite("Histograms")
struct HistogramTests {
    @Test func `have the buckets that were promised`() {
        #expect(
            HistogramBounds.requestDuration.labels == [
                "0.01", "0.02", "0.04", "0.08", "0.16", "0.32", "0.64", "1.28", "2.56", "5.12", "10.24", "20.48", "40.96", "81.92", "163.84",
                "327.68", "600",
            ])
        #expect(
            HistogramBounds.timeToFirstToken.labels == [
                "0.001", "0.005", "0.01", "0.02", "0.04", "0.06", "0.08", "0.1", "0.25", "0.5", "0.75", "1", "2.5", "5", "7.5", "10", "20", "40",
                "80",
            ])
        #expect(HistogramBounds.overhead.labels == ["0.0001", "0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1"])
    }

    @Test(arguments: [
        (Duration.zero, "0.01"), (.milliseconds(10), "0.01"), (.nanoseconds(10_000_001), "0.02"), (.seconds(600), "600"),
        (.milliseconds(600_001), "+Inf"), (.seconds(Int64.max), "+Inf"), (.seconds(-1), "0.01"),
    ])
    func `put a duration into the first bucket whose bound it does not exceed`(duration: Duration, bucket: String) {
        var histogram = Histogram()

        histogram.observe(duration, in: .requestDuration)

        let filled = histogram.buckets.indices.filter { histogram.buckets[$0] == 1 }
        #expect(filled.map { $0 < 17 ? HistogramBounds.requestDuration.labels[$0] : "+Inf" } == [bucket])
        #expect(histogram.count == 1)
    }

    @Test func `leave a pause before a retry and the wait for another request's call out of the gateway's own share`() throws {
        var repeated = RequestRecord.sample(), shared = RequestRecord.sample()
        repeated.retries = 1
        shared.sharedFlight = true
        let registry = MetricsRegistry.sample()
        registry.shard(worker: 0).count(repeated)
        registry.shard(worker: 0).count(shared)

        let page = try registry.page()

        #expect(page.value("weir_gateway_overhead_seconds_count") == 0)
        #expect(page.value("weir_request_duration_seconds_count", ["route": "chat"]) == 2)
    }

    @Test func `show a request's time, its first token when it streams, and the gateway's own share`() throws {
        let registry = MetricsRegistry.sample()
        let times = RequestTimes(total: .milliseconds(1_500), firstByte: .milliseconds(300), upstream: .microseconds(1_499_800))
        registry.shard(worker: 0).count(.sample(), times: times, isStreaming: true)
        registry.shard(worker: 0).count(.sample(), times: times, isStreaming: false)

        let page = try registry.page()

        #expect(page.value("weir_request_duration_seconds_sum", ["route": "chat"]) == 3)
        #expect(page.value("weir_request_duration_seconds_bucket", ["route": "chat", "le": "1.28"]) == 0)
        #expect(page.value("weir_request_duration_seconds_bucket", ["route": "chat", "le": "2.56"]) == 2)
        #expect(page.value("weir_time_to_first_token_seconds_count", ["route": "chat"]) == 1)
        #expect(page.value("weir_time_to_first_token_seconds_sum", ["route": "chat"]) == 0.3)
        #expect(page.value("weir_gateway_overhead_seconds_bucket", ["le": "0.0001"]) == 0)
        #expect(page.value("weir_gateway_overhead_seconds_bucket", ["le": "0.0002"]) == 2)
    }
}
