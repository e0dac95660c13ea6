import EventLoop
import GatewayFilters
import GatewayTelemetry

/// The part of `/metrics` that tells of limits.
struct LimitsPage: Sendable {
    let shared: SharedState

    func render(into page: inout [UInt8]) {
        let unix = WallClock.unixMilliseconds / 1000
        let samples = shared.meters.all.map { meter in
            LimitSample(
                route: meter.route, limit: meter.limit, each: meter.each, rejections: meter.rejections, shadowRejections: meter.shadowRejections,
                storeFailures: meter.storeFailures, usedRatio: meter.usedRatio(unix: unix))
        }
        LimitMetrics.render(samples, backlog: shared.unsettledCount, lost: shared.lostEntryCount, into: &page)
    }
}
