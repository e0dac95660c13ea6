import EventLoop
import GatewayConfig
import GatewayCore
import GatewayFilters
import GatewayTelemetry
import HTTPServer
import JSONBytes
import MonotonicClock

/// `GET /status`: what is live, since when, and how its targets do. No secret, no caller's data.
struct StatusPage {
    let version: String
    let processID: Int
    let startTicks: Int
    let startedAtMilliseconds: Int
    let health: Health
    let reloads: ReloadState
    let live: LivePipeline
    let metrics: MetricsRegistry
    let redis: RedisMonitor
    let meters: QuotaMeters
    let listener: HTTPListener

    func render() -> [UInt8] {
        let page: JSONValue = [
            "service": "weir",
            "version": JSONValue(version),
            "phase": JSONValue("\(health.current)"),
            "pid": JSONValue(processID),
            "start_ticks": JSONValue(startTicks),
            "started_at": timestamp(startedAtMilliseconds),
            "config": config(reloads.snapshot),
            "workers": JSONValue(metrics.shards.count),
            "connections": JSONValue(listener.connectionCounts.map { JSONValue($0) }),
            "requests_in_flight": JSONValue(metrics.inflight),
            "targets": JSONValue(targets()),
            "limits": JSONValue(limits()),
            "issuers": JSONValue(issuers()),
            "redis": redisState(),
            "money": money(),
        ]
        return page.written() + [0x0a]
    }

    private func config(_ reload: ReloadState.Snapshot) -> JSONValue {
        [
            "hash": JSONValue(reload.hash),
            "generation": JSONValue(reload.generation),
            "loaded_at": timestamp(reload.loadedAtMilliseconds),
            "reads": JSONValue(reload.attempts),
            "last_read": JSONValue(name(reload.last)),
            "warnings": strings(reload.warnings),
            "last_refusal": reload.lastRefusal.map { ["at": timestamp($0.atMilliseconds), "reasons": strings($0.reasons)] } ?? .null,
        ]
    }

    private func name(_ outcome: ReloadState.Outcome) -> String {
        switch outcome {
        case .loaded: "loaded"
        case .unchanged: "unchanged"
        case .refused: "refused"
        }
    }

    private func targets() -> [JSONValue] {
        let now = Instant.now
        return live.pipeline.targets.map { target in
            let state = target.state.snapshot(now: now)
            return [
                "provider": JSONValue(target.provider.name),
                "model": target.model.map { JSONValue($0) } ?? .null,
                "in_flight": JSONValue(state.inFlight),
                "requests": JSONValue(state.requests),
                "failures": JSONValue(state.failures),
                "failures_in_row": JSONValue(state.failuresInRow),
                "last_status": state.lastStatus.map { JSONValue($0) } ?? .null,
                "ejected_for_seconds": state.ejectedFor.map { JSONValue(Int($0.components.seconds)) } ?? .null,
            ]
        }
    }

    /// What the file's limits did since the process began. Of single callers nothing is told: the fullest counter stands for all.
    private func limits() -> [JSONValue] {
        let now = WallClock.unixMilliseconds / 1000
        return meters.limits(of: live.pipeline.configuration).map { route, limit, allows, meter in
            [
                "route": JSONValue(route),
                "limit": JSONValue(limit.name),
                "allows": JSONValue(allows),
                "each": JSONValue(limit.each.name),
                "shadow": .bool(limit.isShadow),
                "used_percent": meter.map { JSONValue(Int(100 * $0.usedRatio(unix: now))) } ?? .null,
                "rejections": JSONValue(meter?.rejections ?? 0),
                "shadow_rejections": JSONValue(meter?.shadowRejections ?? 0),
                "store_failures": JSONValue(meter?.storeFailures ?? 0),
            ]
        }
    }

    private func issuers() -> [JSONValue] {
        let now = Instant.now
        return live.pipeline.issuers.map { issuer in
            let keys = issuer.keys.snapshot(now: now)
            return [
                "name": JSONValue(issuer.name),
                "keys": keys.keyCount.map { JSONValue($0) } ?? .null,
                "fetched_seconds_ago": keys.age.map { JSONValue(Int($0.components.seconds)) } ?? .null,
                "fetches": JSONValue(keys.fetches),
                "failures": JSONValue(keys.failures),
                "failures_in_row": JSONValue(keys.failuresInRow),
                "last_failure": keys.lastFailure.map { JSONValue($0) } ?? .null,
            ]
        }
    }

    private func redisState() -> JSONValue {
        guard let whole = redis.snapshot else { return .null }
        return [
            "server": JSONValue(whole.server),
            "state": JSONValue(whole.state.name),
            "reason": whole.state.reason.map { JSONValue($0) } ?? .null,
            "since": timestamp(whole.sinceMilliseconds),
            "workers": JSONValue(whole.workers.map { JSONValue($0.name) }),
        ]
    }

    /// Dollars since the start, as decimal texts: exact, whatever a reader makes of numbers.
    private func money() -> JSONValue {
        let bills = metrics.bills
        var total = BillSeries()
        for entry in bills { total.add(entry.bill) }
        let paying = bills.filter { $0.bill != BillSeries() }
        return [
            "since": timestamp(startedAtMilliseconds), "total": Self.json(total),
            "routes": JSONValue(paying.map { ["route": JSONValue($0.route), "bill": Self.json($0.bill)] }),
        ]
    }

    private static func json(_ bill: BillSeries) -> JSONValue {
        func dollars(_ nanodollars: UInt64) -> JSONValue { JSONValue("\(Money(nanodollars: Int(clamping: nanodollars)))") }
        var levers = JSONObject()
        for lever in Savings.Lever.allCases {
            levers[lever.rawValue] = ["saved_usd": dollars(bill.saved(by: lever)), "added_usd": dollars(bill.added(by: lever))]
        }
        return [
            "spent_usd": dollars(bill.spent), "requests_paid": JSONValue(Int(clamping: bill.paid)),
            "requests_unpaid": JSONValue(Int(clamping: bill.unpaid)), "levers": .object(levers),
        ]
    }

    private func strings(_ texts: [String]) -> JSONValue { JSONValue(texts.map { JSONValue($0) }) }

    private func timestamp(_ milliseconds: Int) -> JSONValue {
        var bytes: [UInt8] = []
        TimeOfDay.appendTimestamp(milliseconds: Int64(milliseconds), to: &bytes)
        return JSONValue(String(decoding: bytes, as: UTF8.self))
    }
}
