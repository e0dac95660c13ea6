package import GatewayConfig
import GatewayCore
package import GatewayDialects
package import JSONBytes

/// The providers and models of one file, ready to be asked. Made once for each file; only the states of targets outlive it.
package struct UpstreamCatalog: Sendable {
    package let providers: [String: Provider]
    package let models: [String: ServedModel]
    private let states: TargetStateTable
    private let seals: ChatSeals

    /// - Parameters:
    ///   - seals: what providers want back and clients cannot keep.
    ///   - demoURL: where the built-in provider answers, without a slash at the end.
    package init(_ configuration: Configuration, states: TargetStateTable, seals: ChatSeals = ChatSeals(), demoURL: String) {
        let providers = Dictionary(uniqueKeysWithValues: configuration.providers.map { ($0.name, Provider($0, demoURL: demoURL)) })
        self.providers = providers
        self.states = states
        self.seals = seals
        models = Dictionary(
            uniqueKeysWithValues: configuration.models.map { model in
                let targets = model.targets.map { Self.target($0, providers, states) }
                return (model.name, ServedModel(name: model.name, targets: targets))
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
            budget: RetryBudget(percent: route.upstream.retry.budgetPercent))
        return FallbackFilter(
            models: models, passThrough: route.upstream.provider.map(passThrough), caller: caller, rules: route.fallback.compactMap(rule))
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
        return Target(
            provider: provider(config.provider, providers), model: config.model, weight: config.weight,
            state: states.state(provider: config.provider, model: config.model), drops: drops(config.drop), outputTokensMax: config.maxTokens,
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

extension Provider {
    fileprivate convenience init(_ config: ProviderConfig, demoURL: String) {
        let url =
            switch config.endpoint {
            case .demo: demoURL
            case .http(let url): url.description
            }
        let limits = UpstreamEndpoint.Limits(
            responseHeaderBytes: config.limits.responseHeaderBytesMax, responseBodyBytes: config.limits.responseBodyBytesMax,
            connections: config.connectionsMax)
        let endpoint = UpstreamEndpoint(
            provider: config.name, url: url, http2: config.http2, certificateAuthorities: config.certificateAuthorities,
            proxy: config.proxy?.reveal(), limits: limits)
        self.init(
            name: config.name, dialect: Dialect(config.dialect), endpoint: endpoint, formats: config.formats,
            quirks: config.quirks, key: config.key?.reveal(),
            headers: config.headers.map(HeaderField.init), eventBytesMax: config.limits.eventBytesMax)
    }
}

extension Dialect {
    fileprivate init(_ config: ProviderConfig.Dialect) {
        switch config {
        case .openai: self = .openai
        case .anthropic: self = .anthropic
        case .gemini: self = .gemini
        }
    }
}

extension ProviderConfig {
    /// nil: what the dialect has.
    fileprivate var formats: [ChatFormat]? {
        guard dialect == .openai else { return nil }
        return apis.map { api in
            switch api {
            case .chat: .openAIChat
            case .responses: .openAIResponses
            }
        }
    }
}

extension HeaderField {
    init(_ setting: HeaderSetting) { self.init(setting.name, setting.value.reveal()) }
}
