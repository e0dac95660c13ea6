import Testing

@testable import GatewayTelemetry

@Suite("The reload metrics")
struct ReloadMetricsTests {
    @Test func `fall to 0 when a file is refused and keep the time of the last success`() throws {
        let registry = MetricsRegistry.sample()
        registry.configurationLoaded(hash: "abc", generation: 1, atMilliseconds: 1_763_549_102_500)
        registry.configurationRefused()

        let page = try registry.page()

        #expect(page.value("weir_config_last_reload_successful") == 0)
        #expect(page.value("weir_config_last_reload_success_timestamp_seconds") == 1_763_549_102.5)
        #expect(page.value("weir_config_info", ["hash": "abc", "generation": "1"]) == 1)
        #expect(page.value("weir_config_reloads_total", ["result": "refused"]) == 1)
    }

    @Test func `return to 1 when a bad file is rolled back to the one that is live`() throws {
        let registry = MetricsRegistry.sample()
        registry.configurationLoaded(hash: "abc", generation: 1, atMilliseconds: 1_000)
        registry.configurationRefused()
        registry.configurationUnchanged(atMilliseconds: 3_000)

        let page = try registry.page()

        #expect(page.value("weir_config_last_reload_successful") == 1)
        #expect(page.value("weir_config_last_reload_success_timestamp_seconds") == 3)
        #expect(page.value("weir_config_info", ["hash": "abc", "generation": "1"]) == 1)
        #expect(page.value("weir_config_reloads_total", ["result": "unchanged"]) == 1)
    }

    @Test func `show only the file that is live`() throws {
        let registry = MetricsRegistry.sample()
        registry.configurationLoaded(hash: "abc", generation: 1, atMilliseconds: 1_000)
        registry.configurationLoaded(hash: "def", generation: 2, atMilliseconds: 2_000)

        let page = try registry.page()

        #expect(page.families["weir_config_info"]?.samples.map(\.labels) == [["hash": "def", "generation": "2"]])
        #expect(page.value("weir_config_reloads_total", ["result": "loaded"]) == 2)
    }
}
