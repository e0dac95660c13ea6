import GatewayCore

@testable import GatewayTelemetry

extension RequestRecord {
    /// A request that was answered; tests name what they are about.
    static func sample(
        route: String? = "chat", model: String? = "fast", provider: String? = "openai", status: Int = 200, error: ErrorKind? = nil,
        blame: Blame = .none, attempts: [Attempt] = []
    ) -> RequestRecord {
        var record = RequestRecord()
        record.route = route
        record.modelLabel = model
        record.provider = provider
        record.status = status
        record.error = error
        record.blame = blame
        record.attempts = attempts
        return record
    }
}

extension MetricsRegistry {
    static func sample(workers: Int = 1, log: LogWriter? = nil, seriesKeysMax: Int = MetricsRegistry.seriesKeysMax) -> MetricsRegistry {
        MetricsRegistry(workers: workers, build: [("version", "0.1.0"), ("swift", "6.3")], log: log, seriesKeysMax: seriesKeysMax)
    }

    /// The page as a scraper reads it.
    func page() throws -> PrometheusText {
        var bytes: [UInt8] = []
        render(into: &bytes)
        return try PrometheusText(bytes)
    }
}

extension MetricsShard {
    func count(_ record: RequestRecord, times: RequestTimes = RequestTimes(total: .milliseconds(10)), isStreaming: Bool = false) {
        requestStarted()
        requestEnded(record, times: times, isStreaming: isStreaming)
    }
}

extension AccessLogEntry {
    static func sample(
        method: String = "POST", path: String = "/v1/chat/completions", caller: String? = "checkout", modelRequested: String? = "fast",
        record: RequestRecord = .sample(), times: RequestTimes = RequestTimes(total: .milliseconds(12))
    ) -> AccessLogEntry {
        AccessLogEntry(
            endedAtMilliseconds: 1_763_549_102_123, requestID: "req-1", traceID: "0af7651916cd43dd8448eb211c80319c", method: method, path: path,
            caller: caller, team: "shop", modelRequested: modelRequested, bytesIn: 300, configGeneration: 3, record: record, times: times)
    }

    var line: [UInt8] {
        // A small one has to grow.
        let buffer = LineBuffer(capacity: 1)
        append(to: buffer)
        var bytes: [UInt8] = []
        buffer.append(to: &bytes)
        return bytes
    }
}
