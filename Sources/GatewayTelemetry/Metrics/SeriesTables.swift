import GatewayCore

/// Everything one worker has counted.
///
/// The usual request costs one look-up: its combination of labels leads to the counters of its route and its provider as well.
struct SeriesTables: Sendable {
    static let otherLabel = "other"
    static let noLabel = "none"

    /// Where the counters of a request lie.
    private struct Place {
        var traffic: Int
        var route: Int
        var provider: Int
        /// Whether its labels had to give way to `other`.
        var isDropped: Bool
    }

    private(set) var traffic: [TrafficSeries] = []
    private(set) var routes: [RouteSeries] = []
    private(set) var providers: [ProviderSeries] = []
    private(set) var fallbacks: [UInt64] = []
    private(set) var worker = WorkerSeries()
    /// The index of each key in the table of its kind.
    private(set) var indices: [SeriesKey: Int] = [:]
    /// For each traffic series, its route's index and its provider's.
    private var trafficPlaces: [Place] = []
    /// Where the last request was counted, which is mostly where the next one is: comparing names costs less than hashing them.
    private var recent: (route: String, model: String, provider: String, place: Place)?
    /// All keys there will ever be, once the directory is full.
    private var finalKeys: Set<SeriesKey>?

    mutating func count(_ record: RequestRecord, _ times: RequestTimes, isStreaming: Bool, directory: SeriesDirectory) {
        let place = place(of: record, directory)
        traffic[place.traffic].requests[StatusClass(status: record.status, error: record.error).index * TrafficSeries.blames + record.blame.index] &+=
            1
        count(bill: record, place, directory)
        routes[place.route].count(record, times, isStreaming: isStreaming)
        if record.sharedFlight {
            worker.sharedFlights &+= 1
        } else if record.retries == 0 {
            // The pause before a retry, and the wait for another request's call, are not the gateway's own time.
            worker.overhead.observe(times.overhead, in: .overhead)
        }
        if place.isDropped { worker.seriesDropped &+= 1 }
        for (number, attempt) in record.attempts.enumerated() {
            let provider = attempt.provider == record.provider ? place.provider : providerIndex(attempt.provider, directory)
            var error = attempt.error
            // A stream that breaks off after its attempt has been taken for a success is the provider's failure all the same.
            if error == nil, number == record.attempts.count - 1, record.blame == .upstream { error = record.error }
            providers[provider].count(attempt, endedBy: error)
        }
        let route = record.route ?? Self.noLabel
        for name in record.fallbacks { countFallback(from: route, to: name, directory) }
    }

    /// Tokens and money where they were spent: those of a failed attempt at the provider that failed.
    private mutating func count(bill record: RequestRecord, _ place: Place, _ directory: SeriesDirectory) {
        var rest = record.cost ?? .zero
        var hasCounted = false
        for attempt in record.attempts where attempt.usage != nil || attempt.cost != nil {
            let index = attempt.provider == record.provider ? place.traffic : trafficIndex(of: record, at: attempt.provider, directory)
            if let usage = attempt.usage { traffic[index].count(usage) }
            if let cost = attempt.cost { traffic[index].cost &+= UInt64(clamping: cost.nanodollars) }
            rest = rest - (attempt.cost ?? .zero)
            hasCounted = hasCounted || attempt.usage != nil
        }
        // What a cache answered was paid for once, by whoever asked first.
        if !record.isAnsweredFromCache, !hasCounted, let usage = record.usage { traffic[place.traffic].count(usage) }
        traffic[place.traffic].cost &+= UInt64(clamping: rest.nanodollars)
    }

    private mutating func trafficIndex(of record: RequestRecord, at provider: String, _ directory: SeriesDirectory) -> Int {
        place(
            route: record.route ?? Self.noLabel, model: record.modelLabel ?? Self.otherLabel, provider: provider, directory
        ).traffic
    }

    mutating func countWireError(status: Int) {
        worker.wireErrors[WireStatus.index(of: status)] &+= 1
    }

    mutating func countRefusal(_ reason: RefusedConnection) {
        worker.connectionsRefused[reason.index] &+= 1
    }

    // MARK: Finding the place

    private mutating func place(of record: RequestRecord, _ directory: SeriesDirectory) -> Place {
        let route = record.route ?? Self.noLabel, provider = record.provider ?? Self.noLabel
        let model = record.modelLabel ?? Self.otherLabel
        if let recent, recent.route == route, recent.model == model, recent.provider == provider { return recent.place }
        let place = place(route: route, model: model, provider: provider, directory)
        recent = (route, model, provider, place)
        return place
    }

    private mutating func place(route: String, model: String, provider: String, _ directory: SeriesDirectory) -> Place {
        let key = SeriesKey.traffic(route: route, model: model, provider: provider)
        if let index = indices[key] { return trafficPlaces[index] }
        let isAdmitted = admit(key, directory)
        var place = Place(
            traffic: 0, route: routeIndex(route, directory), provider: providerIndex(provider, directory), isDropped: !isAdmitted)
        let other = SeriesKey.traffic(route: Self.otherLabel, model: Self.otherLabel, provider: Self.otherLabel)
        if !isAdmitted, let index = indices[other] {
            place.traffic = index
            return place
        }
        place.traffic = traffic.count
        indices[isAdmitted ? key : other] = traffic.count
        traffic.append(TrafficSeries())
        trafficPlaces.append(place)
        return place
    }

    private mutating func routeIndex(_ name: String, _ directory: SeriesDirectory) -> Int {
        index(of: .route(name), or: .route(Self.otherLabel), directory) { tables in
            tables.routes.append(RouteSeries())
            return tables.routes.count - 1
        }
    }

    private mutating func providerIndex(_ name: String, _ directory: SeriesDirectory) -> Int {
        index(of: .provider(name), or: .provider(Self.otherLabel), directory) { tables in
            tables.providers.append(ProviderSeries())
            return tables.providers.count - 1
        }
    }

    private mutating func countFallback(from route: String, to name: String, _ directory: SeriesDirectory) {
        let other = SeriesKey.fallback(route: Self.otherLabel, to: Self.otherLabel)
        let index = index(of: .fallback(route: route, to: name), or: other, directory) { tables in
            tables.fallbacks.append(0)
            return tables.fallbacks.count - 1
        }
        fallbacks[index] &+= 1
    }

    private mutating func index(
        of key: SeriesKey, or other: SeriesKey, _ directory: SeriesDirectory, append: (inout SeriesTables) -> Int
    ) -> Int {
        if let index = indices[key] { return index }
        let minted = admit(key, directory) ? key : other
        if let index = indices[minted] { return index }
        let index = append(&self)
        indices[minted] = index
        return index
    }

    private mutating func admit(_ key: SeriesKey, _ directory: SeriesDirectory) -> Bool {
        if let finalKeys { return finalKeys.contains(key) }
        switch directory.admit(key) {
        case .admitted: return true
        case .full(let keys):
            finalKeys = keys
            return false
        }
    }
}

extension TrafficSeries {
    fileprivate mutating func count(_ usage: Usage) {
        tokens[0] &+= UInt64(clamping: usage.input)
        tokens[1] &+= UInt64(clamping: usage.output)
        tokens[2] &+= UInt64(clamping: usage.cachedInput)
        tokens[3] &+= UInt64(clamping: usage.reasoning)
        guard usage.isEstimate else { return }
        tokensEstimated[0] &+= UInt64(clamping: usage.input)
        tokensEstimated[1] &+= UInt64(clamping: usage.output)
    }
}

extension RouteSeries {
    fileprivate mutating func count(_ record: RequestRecord, _ times: RequestTimes, isStreaming: Bool) {
        duration.observe(times.total, in: .requestDuration)
        if isStreaming, let firstByte = times.firstByte { firstToken.observe(firstByte, in: .timeToFirstToken) }
        if let result = CacheResult(record.cache, sharedFlight: record.sharedFlight) { cache[result.index] &+= 1 }
        if let tier = record.cacheTier { cacheTiers[tier.index] &+= 1 }
        if let kind = record.error, let index = ErrorKind.allCases.firstIndex(of: kind) { errors[index] &+= 1 }
        if record.error == .rateLimitExceeded { quotaRejections &+= 1 }
        retries &+= UInt64(clamping: record.retries)
        bill.count(record)
    }
}

extension ProviderSeries {
    fileprivate mutating func count(_ attempt: Attempt, endedBy error: ErrorKind?) {
        attempts[AttemptResult(status: attempt.status, error: error).index] &+= 1
        duration.observe(attempt.duration, in: .requestDuration)
    }
}
