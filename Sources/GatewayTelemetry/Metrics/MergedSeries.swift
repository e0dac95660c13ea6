/// The counters of all workers added up, in the order of their labels.
struct MergedSeries {
    private(set) var traffic: [(route: String, model: String, provider: String, series: TrafficSeries)] = []
    private(set) var routes: [(route: String, series: RouteSeries)] = []
    private(set) var providers: [(provider: String, series: ProviderSeries)] = []
    private(set) var fallbacks: [(route: String, to: String, count: UInt64)] = []
    private(set) var worker = WorkerSeries()

    init(_ workers: [SeriesTables]) {
        var places: [SeriesKey: Int] = [:]
        for tables in workers {
            worker.add(tables.worker)
            for (key, index) in tables.indices {
                if let place = places[key] {
                    add(tables, key, index, at: place)
                } else {
                    places[key] = append(tables, key, index)
                }
            }
        }
        traffic.sort { ($0.route, $0.model, $0.provider) < ($1.route, $1.model, $1.provider) }
        routes.sort { $0.route < $1.route }
        providers.sort { $0.provider < $1.provider }
        fallbacks.sort { ($0.route, $0.to) < ($1.route, $1.to) }
    }

    private mutating func append(_ tables: SeriesTables, _ key: SeriesKey, _ index: Int) -> Int {
        switch key {
        case .traffic(let route, let model, let provider):
            traffic.append((route, model, provider, tables.traffic[index]))
            return traffic.count - 1
        case .route(let route):
            routes.append((route, tables.routes[index]))
            return routes.count - 1
        case .provider(let provider):
            providers.append((provider, tables.providers[index]))
            return providers.count - 1
        case .fallback(let route, let to):
            fallbacks.append((route, to, tables.fallbacks[index]))
            return fallbacks.count - 1
        }
    }

    private mutating func add(_ tables: SeriesTables, _ key: SeriesKey, _ index: Int, at place: Int) {
        switch key {
        case .traffic: traffic[place].series.add(tables.traffic[index])
        case .route: routes[place].series.add(tables.routes[index])
        case .provider: providers[place].series.add(tables.providers[index])
        case .fallback: fallbacks[place].count &+= tables.fallbacks[index]
        }
    }
}
