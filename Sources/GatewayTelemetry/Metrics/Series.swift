/// The counters of one combination of route, model and provider. Plain values, without references: a scrape copies tables of them at once.
struct TrafficSeries: Sendable {
    static let blames = 4

    /// Requests, at `class * blames + blame`.
    var requests = InlineArray<24, UInt64>(repeating: 0)
    /// By `TokenKind`.
    var tokens = InlineArray<4, UInt64>(repeating: 0)
    /// Nanodollars.
    var cost: UInt64 = 0
    /// Input and output of answers whose counts the gateway reckoned: parts of the first two.
    var tokensEstimated = InlineArray<2, UInt64>(repeating: 0)

    mutating func add(_ other: TrafficSeries) {
        for index in requests.indices { requests[index] &+= other.requests[index] }
        for index in tokens.indices { tokens[index] &+= other.tokens[index] }
        cost &+= other.cost
        for index in tokensEstimated.indices { tokensEstimated[index] &+= other.tokensEstimated[index] }
    }
}

/// The counters of one route.
struct RouteSeries: Sendable {
    var duration = Histogram()
    var firstToken = Histogram()
    /// By `CacheResult`.
    var cache = InlineArray<7, UInt64>(repeating: 0)
    /// By `CacheTier`.
    var cacheTiers = InlineArray<2, UInt64>(repeating: 0)
    /// By `ErrorKind`, in the order of its cases.
    var errors = InlineArray<32, UInt64>(repeating: 0)
    var retries: UInt64 = 0
    var quotaRejections: UInt64 = 0
    var bill = BillSeries()

    mutating func add(_ other: RouteSeries) {
        duration.add(other.duration)
        firstToken.add(other.firstToken)
        for index in cache.indices { cache[index] &+= other.cache[index] }
        for index in cacheTiers.indices { cacheTiers[index] &+= other.cacheTiers[index] }
        for index in errors.indices { errors[index] &+= other.errors[index] }
        retries &+= other.retries
        quotaRejections &+= other.quotaRejections
        bill.add(other.bill)
    }
}

/// The counters of one provider.
struct ProviderSeries: Sendable {
    /// By `AttemptResult`.
    var attempts = InlineArray<10, UInt64>(repeating: 0)
    var duration = Histogram()

    mutating func add(_ other: ProviderSeries) {
        for index in attempts.indices { attempts[index] &+= other.attempts[index] }
        duration.add(other.duration)
    }
}

/// What has no labels, or only fixed ones.
struct WorkerSeries: Sendable {
    var overhead = Histogram()
    var sharedFlights: UInt64 = 0
    /// Requests counted under `other` for want of room.
    var seriesDropped: UInt64 = 0
    /// By `WireStatus`.
    var wireErrors = InlineArray<14, UInt64>(repeating: 0)
    /// By `RefusedConnection`.
    var connectionsRefused = InlineArray<2, UInt64>(repeating: 0)

    mutating func add(_ other: WorkerSeries) {
        overhead.add(other.overhead)
        sharedFlights &+= other.sharedFlights
        seriesDropped &+= other.seriesDropped
        for index in wireErrors.indices { wireErrors[index] &+= other.wireErrors[index] }
        for index in connectionsRefused.indices { connectionsRefused[index] &+= other.connectionsRefused[index] }
    }
}
