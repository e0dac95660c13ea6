import Testing

@testable import GatewayTelemetry

@Suite("The process metrics")
struct ProcessMetricsTests {
    @Test func `survive a program's name that looks like fields`() {
        let stat = "77 (we) R 1 (ir) S 1 77 77 0 -1 4194560 500 0 0 0 150 50 0 0 20 0 5 0 1000 10485760 256 18446744073709551615 1 1"
        var metrics = ProcessMetrics()

        metrics.readStat(Array(stat.utf8), ticksPerSecond: 100, pageBytes: 4_096, bootSeconds: 1_700_000_000)

        #expect(metrics.cpuSeconds == 2)
        #expect(metrics.startTimeSeconds == 1_700_000_010)
        #expect(metrics.virtualBytes == 10_485_760)
        #expect(metrics.residentBytes == 1_048_576)
    }

    @Test(arguments: ["", "77 (weir", "77 (weir)", "77 (weir) S 1 2"])
    func `leave out what cannot be read`(stat: String) {
        var metrics = ProcessMetrics()

        metrics.readStat(Array(stat.utf8), ticksPerSecond: 100, pageBytes: 4_096, bootSeconds: nil)

        #expect(metrics == ProcessMetrics())
    }

    @Test func `describe the process that runs`() throws {
        let metrics = ProcessMetrics.read()

        #expect(try #require(metrics.residentBytes) > 1 << 20)
        #expect(try #require(metrics.virtualBytes) >= metrics.residentBytes ?? 0)
        #expect(try #require(metrics.cpuSeconds) >= 0)
        #expect(try #require(metrics.openDescriptors) >= 3)
        let started = try #require(metrics.startTimeSeconds)
        #expect(started > 1_700_000_000 && started <= Double(TimeOfDay.nowMilliseconds()) / 1_000 + 2)
    }
}
