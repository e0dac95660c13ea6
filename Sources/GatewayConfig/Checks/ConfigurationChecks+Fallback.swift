import GatewayCore
import YAMLReader

extension ConfigurationChecks {
    func checkFallback(ofRoute index: Int) {
        let route = configuration.routes[index]
        for (number, rule) in route.fallback.enumerated() {
            let position = places["routes", .item(index), "fallback", .item(number)]
            switch rule.action {
            case .model(let name) where !name.isEmpty && models[name] == nil:
                let place = places["routes", .item(index), "fallback", .item(number), "to"]
                unknown("model", name, among: models.keys, at: place)
            case .target(let target) where !target.provider.isEmpty && providers[target.provider] == nil:
                let place = places["routes", .item(index), "fallback", .item(number), "to", "provider"]
                unknown("provider", target.provider, among: providers.keys, at: place)
            default:
                if case .target(let target) = rule.action {
                    checkCap(target, places["routes", .item(index), "fallback", .item(number), "to", "max_tokens"])
                }
                checkReached(rule, after: route.fallback[..<number], ofRoute: index, at: position)
                checkIsElsewhere(rule, route: route, at: position)
            }
        }
    }

    /// A rule takes effect only if for one of its conditions no earlier rule has answered, or gone to the same place.
    private func checkReached(_ rule: FallbackConfig, after earlier: ArraySlice<FallbackConfig>, ofRoute index: Int, at position: Position) {
        guard !rule.on.list.isEmpty else { return }
        var last = 0
        for condition in rule.on.list {
            let taken = earlier.firstIndex { other in
                guard other.on.includes(condition) else { return false }
                if case .answer = other.action { return true }
                return other.action == rule.action
            }
            guard let taken else { return }
            last = max(last, taken)
        }
        let line = places["routes", .item(index), "fallback", .item(last)].line
        context.error("this rule is never used: the one in line \(line) has already dealt with its conditions", at: position)
    }

    private func goals(_ model: ModelConfig) -> Set<[String]> { Set(model.targets.map { [$0.provider, $0.model] }) }

    /// The models that requests on a route may have been sent to; nil where they may be others than those of the file.
    private func modelsAsked(on route: RouteConfig) -> [String]? {
        let patterns = route.match.models
        let switched = route.switches.map(\.model)
        if !patterns.isEmpty, patterns.allSatisfy(\.isExact) { return patterns.map(\.text) + switched }
        guard route.upstream.provider == nil else { return nil }
        return configuration.models.map(\.name).filter { name in patterns.isEmpty || patterns.contains { $0.matches(name) } } + switched
    }

    /// Going to where the request has just failed is no fallback.
    private func checkIsElsewhere(_ rule: FallbackConfig, route: RouteConfig, at position: Position) {
        guard let asked = modelsAsked(on: route), !asked.isEmpty else { return }
        switch rule.action {
        case .model(let name) where !name.isEmpty && asked.allSatisfy({ $0 == name }):
            context.error("\(name) falls back to itself", at: position, hint: "the route takes requests for \(name) only: name another model")
        case .model(let name):
            guard let there = models[name].map(goals), asked.allSatisfy({ models[$0].map(goals) == there }) else { return }
            context.error("\(name) has the same targets as what has failed", at: position, hint: "name a model with another target")
        case .target(let target):
            let isTried = asked.allSatisfy { name in
                guard let targets = models[name]?.targets else { return false }
                return targets.allSatisfy { $0.provider == target.provider && $0.model == target.model }
            }
            if isTried { context.error("\(target.model) at \(target.provider) falls back to itself", at: position, hint: "name another target") }
        default: break
        }
    }
}
