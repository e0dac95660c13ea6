import GatewayCore
import YAMLReader

extension ConfigurationChecks {
    func checkModels() {
        for (index, model) in configuration.models.enumerated() {
            var seen: Set<[String]> = []
            for (number, target) in model.targets.enumerated() where !target.provider.isEmpty {
                let place: Places.Step = .item(number)
                if providers[target.provider] == nil {
                    let position = places["models", .item(index), "targets", place, "provider"]
                    unknown("provider", target.provider, among: providers.keys, at: position)
                }
                checkCap(target, places["models", .item(index), "targets", place, "max_tokens"])
                if !seen.insert([target.provider, target.model]).inserted {
                    let position = places["models", .item(index), "targets", place]
                    context.error("this target is already one of \(model.name)", at: position, hint: "give the first one a larger weight instead")
                }
            }
        }
    }

    /// Only Anthropic's API has to be told how much a model may write.
    func checkCap(_ target: TargetConfig, _ position: Position) {
        guard target.maxTokens != nil, let dialect = providers[target.provider]?.dialect, dialect == .openai || dialect == .gemini else { return }
        context.error(
            "max_tokens does nothing here: \(target.provider.quotedBriefly) answers without a number", at: position,
            hint: "to set one, give the route `transform: { request: { default: { ... } } }` with the provider's own name for it")
    }

    func checkRouteNames() {
        var names: [String: Int] = [:]
        for (index, route) in configuration.routes.enumerated() where !route.name.isEmpty {
            guard let first = names.updateValue(index, forKey: route.name) else { continue }
            repeated("the route \(route.name.quotedBriefly)", "routes", index, first: first)
        }
    }

    func repeated(_ what: String, _ list: String, _ index: Int, first: Int) {
        let line = places[.key(list), .item(first), "name"].line
        context.error("\(what) is already in line \(line)", at: places[.key(list), .item(index), "name"], hint: "choose another name")
    }

    /// Whether a request for a model that fits the pattern can reach a provider.
    func mayBeServed(_ model: Glob) -> Bool {
        hasPassThrough || isOneOfModels(model)
    }

    func isOneOfModels(_ model: Glob) -> Bool {
        model.isExact ? models[model.text] != nil : configuration.models.contains { model.matches($0.name) }
    }

    /// - Parameter file: where the model is named; nil: in the configuration itself.
    func unknownModel(_ model: Glob, at position: Position, in file: ReadingContext? = nil) {
        let context = file ?? context
        if model.isExact {
            let hint = "add it to models, or let a route have `upstream: { provider: NAME }` for models that are not listed"
            unknown("model", model.text, among: models.keys, at: position, hint: hint, in: context)
        } else {
            context.error("no model fits \(model.text.quotedBriefly)", at: position)
        }
    }

    func warnOfUnused() {
        var used = Set(configuration.models.flatMap { $0.targets.map(\.provider) })
        for route in configuration.routes {
            if let provider = route.upstream.provider { used.insert(provider) }
            for case .target(let target) in route.fallback.map(\.action) { used.insert(target.provider) }
        }
        for provider in configuration.providers where !provider.name.isEmpty && !used.contains(provider.name) {
            context.warn("nothing uses the provider \(provider.name.quotedBriefly)", at: places.key(provider.name, of: "providers"))
        }
        warnOfUnusedModels()
    }

    private func warnOfUnusedModels() {
        let routes = configuration.routes
        guard !routes.contains(where: \.match.models.isEmpty) else { return }
        let asked = Set(routes.flatMap(\.match.models))
        let patterns = asked.filter { !$0.isExact }
        let fallbacks = Set(routes.flatMap { $0.fallback.map(\.action) }.compactMap { if case .model(let name) = $0 { name } else { nil } })
        for model in configuration.models where !model.name.isEmpty {
            let isAsked = asked.contains(Glob(model.name)) || patterns.contains { $0.matches(model.name) }
            if !isAsked, !fallbacks.contains(model.name) {
                context.warn("no route takes requests for the model \(model.name.quotedBriefly)", at: places.key(model.name, of: "models"))
            }
        }
    }
}
