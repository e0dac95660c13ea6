import Crypto
import GatewayConfig
import GatewayCore

/// Makes filters of a checked configuration. Everything that can be worked out once is worked out here.
struct RouteCompiler {
    let callers: CallerDirectory
    let tokens: TokenTable?
    let targets: [Target]
    private let configuration: Configuration
    private let shared: SharedState
    private let catalog: UpstreamCatalog
    /// One list and one set, shared by all routes.
    private let models: [String]
    private let modelSet: Set<String>
    private let createdAt: Int
    /// What all routes' requests may be sent to.
    private let destinations: [UInt8]

    /// - Parameter createdAt: seconds since 1970.
    init(_ configuration: Configuration, shared: SharedState, createdAt: Int, demoURL: () throws -> String) throws {
        self.configuration = configuration
        self.shared = shared
        self.createdAt = createdAt
        models = configuration.models.map(\.name)
        modelSet = Set(models)
        destinations = Self.digest(of: configuration.models, configuration.providers)
        let wantsDemo = configuration.providers.contains { $0.endpoint == .demo }
        catalog = UpstreamCatalog(
            configuration, states: shared.targets, seals: shared.seals, retries: shared.retries, credentials: shared.credentials,
            demoURL: wantsDemo ? try demoURL() : "")
        targets = catalog.targets(of: configuration)
        tokens = shared.tokens(configuration.jwt)
        callers = CallerDirectory(keys: KeyTable(configuration.callers), tokens: tokens)
    }

    /// authn ▸ quota ▸ models ▸ cache ▸ fallback, which has transform and upstream inside: another target needs another request.
    func chain(of route: RouteConfig) throws -> FilterChain {
        var filters: [any Filter] = [
            // Where keys are accepted at all, a mistyped one is a mistake; a route that only says `anonymous` looks at none.
            AuthnFilter(
                directory: callers, accepted: route.authn.accepted, allowsAnonymous: route.authn.anonymous, unknownKeys: .refused,
                addresses: route.authn.addresses, proxies: configuration.listen.trustedProxies)
        ]
        if !route.quota.isEmpty {
            filters.append(quota(of: route))
        }
        filters.append(ModelsFilter(names: models, created: createdAt))
        if let cache = route.cache {
            let state = shared.cache(configuration.cache)
            filters.append(try CacheFilter(cache, of: route, state: state, fingerprint: fingerprint(of: route)))
        }
        filters.append(try catalog.filter(for: route))
        return FilterChain(filters)
    }

    private func quota(of route: RouteConfig) -> QuotaFilter {
        let prices = prices(on: route)
        let store: any QuotaStore = configuration.redis == nil ? shared.quota : shared.redisQuota
        return QuotaFilter(
            limits: route.quota.map { QuotaLimit($0, pods: configuration.quota.pods ?? 1) }, route: route.name, models: modelSet,
            store: store, history: shared.outputs, meter: { shared.meters.meter(route: route.name, limit: $0) },
            tellsStandings: route.switches.contains { $0.spent != nil },
            cost: { model, usage in (prices[model] ?? prices[nil])?.cost(of: usage) })
    }

    /// The dearest price of each model on a route with limits of money, and under nil that of models which the file does not name.
    private func prices(on route: RouteConfig) -> [String?: Price] {
        guard route.quota.contains(where: { $0.allowance.measure == .money }) else { return [:] }
        var prices: [String?: Price] = [:]
        for model in models { prices[model] = catalog.priceCeiling(of: model, on: route) }
        prices[nil] = catalog.priceCeiling(of: nil, on: route)
        return prices
    }

    /// Differs when a reload changes what a route does to requests or where it sends them. Secrets show as placeholders and so do not count,
    /// those in headers excepted.
    private func fingerprint(of route: RouteConfig) -> [UInt8] {
        Self.digest(of: route.transform, route.upstream.provider as Any, route.fallback.map(\.action), route.switches, destinations)
    }

    /// The same in every process: pods find each other's answers by it.
    private static func digest(of values: Any...) -> [UInt8] {
        var text = ""
        for value in values { appendStableText(of: value, to: &text) }
        return Array(SHA256.hash(data: Array(text.utf8)))
    }
}
