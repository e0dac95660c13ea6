package import GatewayCore

/// What the access log tells of one request. Never a prompt, an answer, a key or a query.
package struct AccessLogEntry: Sendable {
    /// Milliseconds since 1970, UTC, at the end of the request.
    package var endedAtMilliseconds: Int64
    package var requestID: String
    package var traceID: String
    package var method: String
    /// Without the query.
    package var path: String
    package var caller: String?
    package var team: String?
    /// Whose token the caller has; nil for who has a key.
    package var issuer: String?
    /// As the client named it.
    package var modelRequested: String?
    package var isStreaming: Bool
    package var bytesIn: Int
    /// Which file, counted from the start of the process, the request was served by.
    package var configGeneration: Int
    package var record: RequestRecord
    package var times: RequestTimes

    package init(
        endedAtMilliseconds: Int64, requestID: String, traceID: String, method: String, path: String, caller: String? = nil,
        team: String? = nil, issuer: String? = nil, modelRequested: String? = nil, isStreaming: Bool = false, bytesIn: Int = 0, configGeneration: Int,
        record: RequestRecord,
        times: RequestTimes
    ) {
        self.endedAtMilliseconds = endedAtMilliseconds
        self.requestID = requestID
        self.traceID = traceID
        self.method = method
        self.path = path
        self.caller = caller
        self.team = team
        self.issuer = issuer
        self.modelRequested = modelRequested
        self.isStreaming = isStreaming
        self.bytesIn = bytesIn
        self.configGeneration = configGeneration
        self.record = record
        self.times = times
    }

    /// - Parameters:
    ///   - record: what the exchange came to.
    ///   - bytesIn: head and body as they came off the wire.
    package init(_ exchange: Exchange, _ record: RequestRecord, method: String, bytesIn: Int, configGeneration: Int, times: RequestTimes) {
        self.init(
            endedAtMilliseconds: TimeOfDay.nowMilliseconds(), requestID: exchange.requestID, traceID: exchange.trace.traceID, method: method,
            path: exchange.path, caller: exchange.caller?.name, team: exchange.caller?.team, issuer: exchange.caller?.issuer,
            modelRequested: exchange.model, isStreaming: exchange.isStreaming, bytesIn: bytesIn, configGeneration: configGeneration,
            record: record, times: times)
    }

    /// A failure that is the gateway's to mend is an error, a provider's a warning; a caller's mistake wakes nobody.
    package var level: LogLevel {
        switch record.blame {
        case .none, .caller: .info
        case .upstream: .warning
        case .gateway: .error
        }
    }
}

extension AccessLogEntry {
    /// Attempts and fallbacks beyond this many are left out of the line, which then stays below 8 KiB whatever happened.
    static let listed = 8

    /// Appends one line of JSON, its line feed included. Every line has every field; what there was not is null.
    func append(to bytes: LineBuffer) {
        var line = JSONLine(into: bytes)
        line.field("ts", timestamp: endedAtMilliseconds)
        line.field("level", level.name)
        line.field("msg", "request")
        line.field("request_id", requestID, bytesMax: 128)
        line.field("trace_id", traceID, bytesMax: 32)
        line.field("method", method, bytesMax: 16)
        line.field("path", path, bytesMax: 256)
        line.field("route", record.route, bytesMax: 128)
        line.field("caller", caller, bytesMax: 320)
        line.field("team", team, bytesMax: 128)
        line.field("issuer", issuer, bytesMax: 128)
        line.field("provider", record.provider, bytesMax: 128)
        line.field("model_requested", modelRequested, bytesMax: 128)
        line.field("model_used", record.modelUsed, bytesMax: 128)
        line.field("status", record.status)
        line.field("error_type", record.error?.rawValue)
        line.field("blame", record.blame.rawValue)
        line.field("stream", isStreaming)
        line.field("cache", record.cache?.rawValue)
        line.field("cache_tier", record.cacheTier?.rawValue)
        line.field("shared_flight", record.sharedFlight)
        line.field("attempts", objects: record.attempts.prefix(Self.listed)) { line, attempt in
            line.field("provider", attempt.provider, bytesMax: 128)
            line.field("model", attempt.model, bytesMax: 128)
            line.field("status", attempt.status)
            line.field("error", attempt.error?.rawValue)
            line.field("ms", milliseconds: attempt.duration)
            line.field("cost_usd", attempt.cost)
        }
        line.field("retries", record.retries)
        line.field("fallbacks", strings: record.fallbacks.prefix(Self.listed), bytesMax: 128)
        line.field("tokens_in", record.usage?.input)
        line.field("tokens_out", record.usage?.output)
        line.field("tokens_cached", record.usage?.cachedInput)
        line.field("tokens_estimated", record.usage?.isEstimate ?? false)
        line.field("cost_usd", record.cost)
        line.field("saved_usd", record.cost == nil && record.costAvoided == nil ? nil : Savings(record).total)
        line.field("limit", record.limitReached, bytesMax: 256)
        line.field("shadow_limits", strings: record.shadowLimits.prefix(Self.listed), bytesMax: 256)
        line.field("ttft_ms", milliseconds: times.firstByte)
        line.field("upstream_ms", milliseconds: times.upstream)
        line.field("total_ms", milliseconds: times.total)
        line.field("bytes_in", bytesIn)
        line.field("bytes_out", record.bytesOut)
        line.field("config_generation", configGeneration)
        line.field("client_retry_count", record.clientRetryCount)
        line.finish()
    }
}
