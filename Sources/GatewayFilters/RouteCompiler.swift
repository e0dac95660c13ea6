import GatewayConfig
import GatewayCore

/// Makes filters of a checked configuration. Everything that can be worked out once is worked out here.
struct RouteCompiler {
    let keys: KeyTable
    let targets: [Target]
    private let configuration: Configuration
    private let shared: SharedState
    private let catalog: UpstreamCatalog
    private let createdAt: Int

    /// - Parameter createdAt: seconds since 1970.
    init(_ configuration: Configuration, shared: SharedState, createdAt: Int, demoURL: () throws -> String) throws {
        self.configuration = configuration
        self.shared = shared
        self.createdAt = createdAt
        let wantsDemo = configuration.providers.contains { $0.endpoint == .demo }
        catalog = UpstreamCatalog(configuration, states: shared.targets, demoURL: wantsDemo ? try demoURL() : "")
        targets = catalog.targets(of: configuration)
        keys = KeyTable(
            configuration.callers.flatMap { config in
                let caller = Caller(name: config.name, team: config.team, models: config.models?.map { ModelPattern($0.text) })
                return config.keys.compactMap { hash in KeyDigest(bytes: hash.bytes).map { (digest: $0, caller: caller) } }
            })
    }

    /// authn ▸ quota ▸ models ▸ cache ▸ fallback, which has transform and upstream inside: another target needs another request.
    func chain(of route: RouteConfig) throws -> FilterChain {
        let models = configuration.models.map(\.name)
        var filters: [any Filter] = [
            AuthnFilter(table: keys, acceptsKeys: route.authn.acceptsKeys, allowsAnonymous: route.authn.anonymous)
        ]
        if !route.quota.isEmpty {
            filters.append(QuotaFilter(limits: route.quota.map(QuotaLimit.init), route: route.name, models: Set(models), store: shared.quota))
        }
        filters.append(ModelsFilter(names: models, created: createdAt))
        filters.append(try catalog.filter(for: route))
        return FilterChain(filters)
    }
}

extension QuotaLimit {
    fileprivate init(_ config: QuotaConfig) {
        let allowance: Allowance =
            switch config.allowance {
            case .requests(let count, let window): .requests(count, window: window)
            case .atOnce(let count): .atOnce(count)
            }
        let each: Dimension =
            switch config.each {
            case .caller: .caller
            case .team: .team
            case .route: .route
            case .model: .model
            case .everyone: .everyone
            }
        self.init(name: config.name, allowance: allowance, each: each)
    }
}
