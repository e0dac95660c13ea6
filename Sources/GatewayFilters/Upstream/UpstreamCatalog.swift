package import GatewayConfig
package import GatewayCore
package import GatewayDialects
package import JSONBytes

/// The providers and models of one file, ready to be asked. Made once for each file; only the states of targets outlive it.
package struct UpstreamCatalog: Sendable {
    package let providers: [String: Provider]
    package let models: [String: ServedModel]
    private let states: TargetStateTable
    private let seals: ChatSeals
    private let retries: RetryBucketTable

    /// - Parameters:
    ///   - seals: what providers want back and clients cannot keep.
    ///   - retries: what routes have left of them.
    ///   - credentials: what outlives a file of tokens that were fetched.
    ///   - demoURL: where the built-in provider answers, without a slash at the end.
    package init(
        _ configuration: Configuration, states: TargetStateTable, seals: ChatSeals = ChatSeals(), retries: RetryBucketTable = RetryBucketTable(),
        credentials: CredentialTable = CredentialTable(),
        demoURL: String
    ) {
        let providers = Dictionary(
            uniqueKeysWithValues: configuration.providers.map { ($0.name, Provider($0, credentials: credentials, demoURL: demoURL)) })
        self.providers = providers
        self.states = states
        self.seals = seals
        self.retries = retries
        models = Dictionary(
            uniqueKeysWithValues: configuration.models.map { model in
                let targets = model.targets.map { Self.target($0, providers, states) }
                let baseline = configuration.models.first { $0.name == model.baseline }?.targets.map { Self.target($0, providers, states) }
                return (model.name, ServedModel(name: model.name, targets: targets, baseline: baseline))
            })
    }

    /// Every target that a route may ask, for the status page and for `TargetStateTable.keep`.
    package func targets(of configuration: Configuration) -> [Target] {
        var targets = configuration.models.flatMap { models[$0.name]?.targets ?? [] }
        for route in configuration.routes {
            if let provider = route.upstream.provider { targets.append(passThrough(provider)) }
            for rule in route.fallback {
                if case .target(let config) = rule.action { targets.append(Self.target(config, providers, states)) }
            }
        }
        var seen: Set<String> = []
        return targets.filter { seen.insert($0.name).inserted }
    }

    /// The last filter of a route.
    ///
    /// - Throws: when two edits of its `transform` block contradict each other.
    package func filter(for route: RouteConfig) throws(JSONEditPlanError) -> FallbackFilter {
        let caller = UpstreamCaller(
            policy: UpstreamPolicy(route.upstream), transform: try RequestTransform(route.transform, seals: seals),
            budget: RetryBudget(percent: route.upstream.retry.budgetPercent, bucket: retries.bucket(of: route.name)))
        return FallbackFilter(
            models: models, passThrough: route.upstream.provider.map(passThrough), caller: caller, rules: route.fallback.compactMap(rule),
            switches: route.switches.compactMap { rule in models[rule.model].map { ModelSwitch(rule, to: $0) } })
    }

    /// A price that no request for `model` exceeds on a route: the dearest of the targets that may serve it there, fallbacks and switches included.
    ///
    /// - Parameter model: nil: one that the file does not name.
    /// - Returns: nil when none of them has a price.
    package func priceCeiling(of model: String?, on route: RouteConfig) -> Price? {
        var targets = model.flatMap { models[$0]?.targets } ?? route.upstream.provider.map { [passThrough($0)] } ?? []
        for rule in route.switches { targets += models[rule.model]?.targets ?? [] }
        for rule in route.fallback.compactMap(rule) {
            if case .model(let other) = rule.action { targets += other.targets }
        }
        let prices = targets.compactMap(\.price)
        return prices.dropFirst().reduce(prices.first?.dearest) { $0?.ceiling($1) }
    }

    private func rule(_ config: FallbackConfig) -> FallbackRule? {
        switch config.action {
        case .model(let name): models[name].map { FallbackRule(on: config.on, action: .model($0)) }
        case .target(let other): FallbackRule(on: config.on, action: .model(ServedModel(only: Self.target(other, providers, states))))
        case .answer(let status, let message): FallbackRule(on: config.on, action: .answer(status: status, message: message))
        }
    }

    private func passThrough(_ name: String) -> Target {
        Target(provider: Self.provider(name, providers), model: nil, state: states.state(provider: name, model: nil))
    }

    private static func target(_ config: TargetConfig, _ providers: [String: Provider], _ states: TargetStateTable) -> Target {
        let budgets = config.thinkingBudgets.compactMap { word, tokens in ChatReasoning.Effort(rawValue: word).map { ($0, tokens) } }
        let provider = provider(config.provider, providers)
        return Target(
            provider: provider, model: config.model, weight: config.weight,
            state: states.state(provider: config.provider, model: config.model),
            price: config.price?.price(isAnthropic: provider.dialect == .anthropic), drops: drops(config.drop), outputTokensMax: config.maxTokens,
            takesBudgets: config.thinking == .budget, budgets: Dictionary(uniqueKeysWithValues: budgets))
    }

    private static func provider(_ name: String, _ providers: [String: Provider]) -> Provider {
        guard let provider = providers[name] else { preconditionFailure("a checked file names no provider that it lacks") }
        return provider
    }

    private static func drops(_ pointers: [JSONPointer]) -> JSONEditPlan? {
        guard !pointers.isEmpty else { return nil }
        do { return try JSONEditPlan(pointers.map { .remove($0) }) } catch { preconditionFailure("a checked file drops nothing twice: \(error)") }
    }
}
