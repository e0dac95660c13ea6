import GatewayCore

/// The metrics by name: the contract with dashboards and alerts (`docs/operations.md` lists them).
struct MetricsPage {
    private let registry: MetricsRegistry
    private let process: ProcessMetrics
    let shards: [MetricsShard.Snapshot]
    private let merged: MergedSeries

    init(registry: MetricsRegistry, process: ProcessMetrics) {
        self.registry = registry
        self.process = process
        shards = registry.shards.map { $0.snapshot() }
        merged = MergedSeries(shards.map(\.tables))
    }

    func render(into page: inout [UInt8]) {
        var out = Exposition(appendingTo: page)
        page = []  // leaves the buffer with one owner, so that appending copies nothing
        requests(&out)
        durations(&out)
        tokens(&out)
        money(&out)
        routes(&out)
        providers(&out)
        redis(&out)
        connections(&out)
        configuration(&out)
        gateway(&out)
        processFamilies(&out)
        page = out.bytes
    }

    private func requests(_ out: inout Exposition) {
        out.family(
            "weir_requests_total", .counter,
            "Requests that have ended, by the class of the status sent and by whose fault a failure was. client_gone: the client left first.")
        for entry in merged.traffic {
            for status in StatusClass.allCases {
                for blame in Blame.allCases {
                    let count = entry.series.requests[status.index * TrafficSeries.blames + blame.index]
                    guard count > 0 else { continue }
                    out.sample(
                        "weir_requests_total",
                        [
                            ("route", entry.route), ("model", entry.model), ("provider", entry.provider), ("status_class", status.rawValue),
                            ("blame", blame.rawValue),
                        ], count)
                }
            }
        }
        out.family("weir_request_errors_total", .counter, "Requests that ended in an error, by its kind as in the access log's error_type.")
        for entry in merged.routes {
            for (index, kind) in ErrorKind.allCases.enumerated() where entry.series.errors[index] > 0 {
                out.sample("weir_request_errors_total", [("route", entry.route), ("error", kind.rawValue)], entry.series.errors[index])
            }
        }
        out.family("weir_inflight_requests", .gauge, "Requests that have begun and not ended.")
        out.sample("weir_inflight_requests", gauge(shards.reduce(0) { $0 + $1.inflight }))
    }

    private func durations(_ out: inout Exposition) {
        out.family("weir_request_duration_seconds", .histogram, "From the first byte of a request to the last byte of its answer.")
        for entry in merged.routes {
            out.histogram("weir_request_duration_seconds", [("route", entry.route)], entry.series.duration, .requestDuration)
        }
        out.family("weir_time_to_first_token_seconds", .histogram, "From the first byte of a request to the first content of a streamed answer.")
        for entry in merged.routes where entry.series.firstToken.count > 0 {
            out.histogram("weir_time_to_first_token_seconds", [("route", entry.route)], entry.series.firstToken, .timeToFirstToken)
        }
        out.family(
            "weir_gateway_overhead_seconds", .histogram,
            "What of a request's duration was not spent waiting for providers. Requests that were repeated or shared a call are left out.")
        out.histogram("weir_gateway_overhead_seconds", [], merged.worker.overhead, .overhead)
    }

    private func tokens(_ out: inout Exposition) {
        out.family(
            "weir_tokens_total", .counter,
            "Tokens as providers counted them, or as reckoned. cached_input is a part of input, reasoning a part of output.")
        for entry in merged.traffic {
            for (index, kind) in TokenKind.allCases.enumerated() where entry.series.tokens[index] > 0 {
                out.sample("weir_tokens_total", Self.labels(entry, kind), entry.series.tokens[index])
            }
        }
        out.family(
            "weir_tokens_estimated_total", .counter,
            "What of weir_tokens_total the gateway reckoned: of answers that were cut, or whose provider does not count.")
        for entry in merged.traffic {
            for (index, kind) in [TokenKind.input, .output].enumerated() where entry.series.tokensEstimated[index] > 0 {
                out.sample("weir_tokens_estimated_total", Self.labels(entry, kind), entry.series.tokensEstimated[index])
            }
        }
    }

    private static func labels(
        _ entry: (route: String, model: String, provider: String, series: TrafficSeries), _ kind: TokenKind
    ) -> [(String, String)] {
        [("route", entry.route), ("model", entry.model), ("provider", entry.provider), ("type", kind.rawValue)]
    }

    private func money(_ out: inout Exposition) {
        out.family("weir_cost_usd_total", .counter, "What providers take for what was asked of them, by the prices in the file.")
        for entry in merged.traffic where entry.series.cost > 0 {
            out.sample(
                "weir_cost_usd_total", [("route", entry.route), ("model", entry.model), ("provider", entry.provider)], nanodollars: entry.series.cost)
        }
        out.family("weir_saved_usd_total", .counter, "What was not spent, by what saved it: docs/money.md says against what each is measured.")
        for entry in merged.routes {
            for lever in Savings.Lever.allCases where entry.series.bill.saved(by: lever) > 0 {
                out.sample(
                    "weir_saved_usd_total", [("route", entry.route), ("by", lever.rawValue)], nanodollars: entry.series.bill.saved(by: lever))
            }
        }
        out.family("weir_added_usd_total", .counter, "What the same levers added to the bill instead: to be taken off weir_saved_usd_total.")
        for entry in merged.routes {
            for lever in Savings.Lever.allCases where entry.series.bill.added(by: lever) > 0 {
                out.sample(
                    "weir_added_usd_total", [("route", entry.route), ("by", lever.rawValue)], nanodollars: entry.series.bill.added(by: lever))
            }
        }
    }

    private func routes(_ out: inout Exposition) {
        cache(&out)
        out.family("weir_shared_flights_total", .counter, "Requests answered by the upstream call of an equal request that was under way.")
        out.sample("weir_shared_flights_total", merged.worker.sharedFlights)
        out.family("weir_retries_total", .counter, "Attempts repeated at the same model.")
        for entry in merged.routes where entry.series.retries > 0 {
            out.sample("weir_retries_total", [("route", entry.route)], entry.series.retries)
        }
        out.family("weir_fallbacks_total", .counter, "Times a request went on to what its route falls back to.")
        for entry in merged.fallbacks {
            out.sample("weir_fallbacks_total", [("route", entry.route), ("to", entry.to)], entry.count)
        }
        out.family("weir_quota_rejections_total", .counter, "Requests refused because a limit of the file was reached.")
        for entry in merged.routes where entry.series.quotaRejections > 0 {
            out.sample("weir_quota_rejections_total", [("route", entry.route)], entry.series.quotaRejections)
        }
    }

    private func cache(_ out: inout Exposition) {
        out.family(
            "weir_cache_requests_total", .counter,
            "Requests that a cache looked at, by what it did. shared: the call of an equal request. refresh: the gateway's own.")
        for entry in merged.routes {
            for result in CacheResult.allCases where entry.series.cache[result.index] > 0 {
                out.sample("weir_cache_requests_total", [("route", entry.route), ("result", result.rawValue)], entry.series.cache[result.index])
            }
        }
        out.family("weir_cache_answers_total", .counter, "Answers out of a cache, by where they were found.")
        for entry in merged.routes {
            for tier in CacheTier.allCases where entry.series.cacheTiers[tier.index] > 0 {
                out.sample("weir_cache_answers_total", [("route", entry.route), ("tier", tier.rawValue)], entry.series.cacheTiers[tier.index])
            }
        }
        let figures = registry.cacheFigures()
        out.family("weir_cache_bytes", .gauge, "Memory that kept answers take.")
        out.sample("weir_cache_bytes", gauge(figures.memoryBytes))
        out.family("weir_cache_entries", .gauge, "Answers kept in memory.")
        out.sample("weir_cache_entries", gauge(figures.memoryEntries))
        guard !figures.redis.isEmpty else { return }
        out.family("weir_cache_redis_total", .counter, "What came of the cache's talks with Redis.")
        for (event, count) in figures.redis { out.sample("weir_cache_redis_total", [("event", event)], count) }
    }

    private func providers(_ out: inout Exposition) {
        // A request that reached no provider has its place in the table too, and no attempts.
        let asked = merged.providers.filter { $0.series.duration.count > 0 }
        out.family("weir_upstream_attempts_total", .counter, "Attempts at a provider, by how they ended.")
        for entry in asked {
            for result in AttemptResult.allCases where entry.series.attempts[result.index] > 0 {
                out.sample(
                    "weir_upstream_attempts_total", [("provider", entry.provider), ("result", result.rawValue)],
                    entry.series.attempts[result.index])
            }
        }
        out.family(
            "weir_upstream_attempt_duration_seconds", .histogram,
            "How long attempts at a provider took: to the whole answer, or to the first content of a stream.")
        for entry in asked {
            out.histogram("weir_upstream_attempt_duration_seconds", [("provider", entry.provider)], entry.series.duration, .requestDuration)
        }
        out.family(
            "weir_upstream_auth_failures_total", .counter, "Attempts at which a provider refused the gateway's own key. Needs the operator.")
        for entry in asked {
            out.sample(
                "weir_upstream_auth_failures_total", [("provider", entry.provider)], entry.series.attempts[AttemptResult.authRefused.index])
        }
    }

    private func connections(_ out: inout Exposition) {
        out.family("weir_connections", .gauge, "Client connections.")
        out.sample("weir_connections", [("state", "open")], gauge(shards.reduce(0) { $0 + $1.connections }))
        out.family("weir_connections_accepted_total", .counter, "Client connections taken.")
        out.sample("weir_connections_accepted_total", shards.reduce(0) { $0 &+ $1.connectionsAccepted })
        out.family("weir_connections_refused_total", .counter, "Client connections not taken.")
        for reason in RefusedConnection.allCases {
            out.sample(
                "weir_connections_refused_total", [("reason", reason.rawValue)], merged.worker.connectionsRefused[reason.index])
        }
        out.family("weir_wire_errors_total", .counter, "Requests that broke a rule of HTTP or a limit before any route saw them.")
        for (index, status) in WireStatus.known.enumerated() where merged.worker.wireErrors[index] > 0 {
            out.sample("weir_wire_errors_total", [("status", "\(status)")], merged.worker.wireErrors[index])
        }
        if merged.worker.wireErrors[WireStatus.other] > 0 {
            out.sample("weir_wire_errors_total", [("status", SeriesTables.otherLabel)], merged.worker.wireErrors[WireStatus.other])
        }
    }

    private func gauge(_ value: Int) -> UInt64 { UInt64(max(0, value)) }
}

extension MetricsPage {
    private func configuration(_ out: inout Exposition) {
        let reloads = registry.reloadState
        out.family("weir_config_last_reload_successful", .gauge, "1 when the last file that was read is live, 0 when it was refused.")
        out.sample("weir_config_last_reload_successful", reloads.lastSuccessful ? 1 : 0)
        out.family("weir_config_last_reload_success_timestamp_seconds", .gauge, "When a file was last taken, seconds since 1970; 0: never.")
        out.sample(
            "weir_config_last_reload_success_timestamp_seconds", seconds: Double(reloads.lastSuccessMilliseconds ?? 0) / 1_000)
        out.family("weir_config_reloads_total", .counter, "Files read, the one at the start included, by what came of it.")
        for (result, count) in [("loaded", reloads.loaded), ("unchanged", reloads.unchanged), ("refused", reloads.refused)] {
            out.sample("weir_config_reloads_total", [("result", result)], count)
        }
        guard reloads.generation > 0 || !reloads.hash.isEmpty else { return }
        out.family("weir_config_info", .gauge, "The live file: its hash, and how many files this process has taken.")
        out.sample("weir_config_info", [("hash", reloads.hash), ("generation", "\(reloads.generation)")], 1)
    }

    private func gateway(_ out: inout Exposition) {
        out.family("weir_access_log_dropped_total", .counter, "Log lines given up because standard output did not keep up.")
        out.sample("weir_access_log_dropped_total", registry.log?.droppedLines ?? 0)
        out.family("weir_metrics_series_dropped_total", .counter, "Requests counted as other because there are too many label combinations.")
        out.sample("weir_metrics_series_dropped_total", merged.worker.seriesDropped)
        out.family("weir_workers", .gauge, "Event loops of this process.")
        out.sample("weir_workers", gauge(shards.count))
        out.family("weir_workers_ready", .gauge, "Event loops that turn and take requests.")
        out.sample("weir_workers_ready", gauge(shards.count { $0.isReady }))
        out.family("weir_build_info", .gauge, "The versions of the gateway and of its libraries.")
        out.sample("weir_build_info", registry.build, 1)
    }

    private func processFamilies(_ out: inout Exposition) {
        if let value = process.residentBytes {
            out.family("process_resident_memory_bytes", .gauge, "Memory of this process that is in RAM.")
            out.sample("process_resident_memory_bytes", value)
        }
        if let value = process.virtualBytes {
            out.family("process_virtual_memory_bytes", .gauge, "Address space of this process.")
            out.sample("process_virtual_memory_bytes", value)
        }
        if let value = process.cpuSeconds {
            out.family("process_cpu_seconds_total", .counter, "CPU time this process has used, user and system.")
            out.sample("process_cpu_seconds_total", seconds: value)
        }
        if let value = process.startTimeSeconds {
            out.family("process_start_time_seconds", .gauge, "When this process started, seconds since 1970.")
            out.sample("process_start_time_seconds", seconds: value)
        }
        if let value = process.openDescriptors {
            out.family("process_open_fds", .gauge, "Open file descriptors.")
            out.sample("process_open_fds", gauge(value))
        }
        if let value = process.descriptorsMax {
            out.family("process_max_fds", .gauge, "The most file descriptors this process may open.")
            out.sample("process_max_fds", value)
        }
    }
}
