extension MetricsPage {
    func redis(_ out: inout Exposition) {
        var series = RedisSeries()
        for shard in shards { series.add(shard.redis) }
        let isConfigured = series.isUp != nil
        out.family("weir_redis_up", .gauge, "1 if every worker has Redis at its disposal. Absent where the file names none.")
        if let isUp = series.isUp { out.sample("weir_redis_up", isUp ? 1 : 0) }
        out.family("weir_redis_breaker_open", .gauge, "1 if a worker keeps commands back because Redis answers too late.")
        if isConfigured { out.sample("weir_redis_breaker_open", series.isBreakerOpen ? 1 : 0) }
        out.family("weir_redis_operation_seconds", .histogram, "From the request for an operation to its reply, or to giving it up.")
        if isConfigured { out.histogram("weir_redis_operation_seconds", [], series.operations, .overhead) }
        out.family("weir_redis_errors_total", .counter, "Operations without a reply, by why. refused: Redis answered with an error.")
        for kind in RedisErrorKind.allCases where isConfigured {
            out.sample("weir_redis_errors_total", [("kind", kind.rawValue)], series.errors[kind.index])
        }
        out.family("weir_redis_reconnects_total", .counter, "Connections that took the place of one that had ended.")
        if isConfigured { out.sample("weir_redis_reconnects_total", series.reconnects) }
    }
}
