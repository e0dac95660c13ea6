import GatewayTelemetry
import Testing

@Suite("The metrics of limits")
struct LimitMetricsTests {
    @Test func `say what each limit did, and how full it was`() throws {
        let sample = LimitSample(
            route: "chat", limit: "chat: tokens per 1d", each: "team", rejections: 3, shadowRejections: 0, storeFailures: 1, usedRatio: 0.75)
        var bytes = Array("before 1\n".utf8)

        LimitMetrics.render([sample], backlog: 2, lost: 5, into: &bytes)

        let text = String(decoding: bytes, as: UTF8.self)
        let labels = #"{route="chat",limit="chat: tokens per 1d",each="team"}"#
        #expect(text.hasPrefix("before 1\n# HELP"))
        #expect(text.contains("weir_quota_limit_rejections_total\(labels) 3\n"))
        #expect(text.contains("weir_quota_store_failures_total\(labels) 1\n"))
        #expect(text.contains("weir_quota_used_ratio\(labels) 0.75\n"))
        #expect(text.contains("weir_quota_unsettled 2\n"))
        #expect(text.contains("weir_quota_entries_lost_total 5\n"))
        #expect(!text.contains("weir_quota_shadow_rejections_total{"))
    }
}
