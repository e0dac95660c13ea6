/// What one limit of one route has done.
package struct LimitSample: Sendable {
    package var route: String
    package var limit: String
    /// What has a counter of its own.
    package var each: String
    /// Requests that it refused.
    package var rejections: Int
    /// Requests that it would have refused, had it not been a shadow.
    package var shadowRejections: Int
    /// Requests for which the store of its counters could not be asked.
    package var storeFailures: Int
    /// From 0 to 1.
    package var usedRatio: Double

    package init(route: String, limit: String, each: String, rejections: Int, shadowRejections: Int, storeFailures: Int, usedRatio: Double) {
        self.route = route
        self.limit = limit
        self.each = each
        self.rejections = rejections
        self.shadowRejections = shadowRejections
        self.storeFailures = storeFailures
        self.usedRatio = usedRatio
    }
}

/// The metrics of limits. Their labels come from the file; nothing in them tells of a single caller.
package enum LimitMetrics {
    /// - Parameters:
    ///   - backlog: what Redis has not been told yet.
    ///   - lost: what it will never be told.
    package static func render(_ samples: [LimitSample], backlog: Int, lost: Int, into page: inout [UInt8]) {
        var out = Exposition(appendingTo: page)
        page = []
        family(&out, "weir_quota_limit_rejections_total", .counter, "Requests that a limit refused.", samples, \.rejections)
        family(
            &out, "weir_quota_shadow_rejections_total", .counter, "Requests that a limit with `shadow: true` would have refused.", samples,
            \.shadowRejections)
        family(
            &out, "weir_quota_store_failures_total", .counter, "Requests for which Redis could not be asked; when_redis_is_down says what then.",
            samples, \.storeFailures)
        out.family(
            "weir_quota_used_ratio", .gauge, "The fullest counter of a limit that was asked in the last minute: 1 is all of the limit.")
        for sample in samples {
            out.sample("weir_quota_used_ratio", labels(sample), seconds: sample.usedRatio)
        }
        out.family("weir_quota_unsettled", .gauge, "Entries that Redis has not been told yet.")
        out.sample("weir_quota_unsettled", UInt64(max(0, backlog)))
        out.family("weir_quota_entries_lost_total", .counter, "Entries that Redis will not be told, for want of room or because it refused them.")
        out.sample("weir_quota_entries_lost_total", UInt64(max(0, lost)))
        page = out.bytes
    }

    private static func labels(_ sample: LimitSample) -> [Exposition.Label] {
        [("route", sample.route), ("limit", sample.limit), ("each", sample.each)]
    }

    private static func family(
        _ out: inout Exposition, _ name: String, _ kind: Exposition.Kind, _ help: String, _ samples: [LimitSample], _ value: KeyPath<LimitSample, Int>
    ) {
        out.family(name, kind, help)
        for sample in samples where sample[keyPath: value] > 0 {
            out.sample(name, labels(sample), UInt64(sample[keyPath: value]))
        }
    }
}
