import GatewayCore
import YAMLReader

extension ConfigurationChecks {
    func checkBaselines() {
        for model in configuration.models {
            guard let baseline = model.baseline, !baseline.isEmpty, models[baseline] == nil else { continue }
            unknown("model", baseline, among: models.keys, at: places["models", .key(model.name), "baseline"])
        }
    }

    func checkPriceTables() {
        let dialects = ProviderConfig.Dialect.allCases.map(\.rawValue)
        for name in configuration.prices.tableNames where providers[name] == nil && !dialects.contains(name) {
            let suggestion = context.suggestion(for: name, among: dialects + providers.keys)
            context.error(
                "prices has a table for \(name.quotedBriefly), which is neither a provider nor a dialect\(suggestion)",
                at: places.key(name, of: "prices"))
        }
    }

    /// A price is taken when the file is read: on the day that it changes somebody has to have it read again.
    func warnOfChangingPrices() {
        let soon = context.now + 30 * 86_400
        for (index, model) in configuration.models.enumerated() {
            for (number, target) in model.targets.enumerated() {
                guard let provider = providers[target.provider], let entry = configuration.prices.entry(for: target.model, at: provider),
                    entry.price == target.price, let day = entry.changesAt, day <= soon
                else { continue }
                context.warn(
                    "the price of \(target.model) changes within 30 days", at: places["models", .item(index), "targets", .item(number)],
                    hint: "have the file read again on that day, by weir reload or a restart: prices has the day")
            }
        }
    }

    func checkSwitches(ofRoute index: Int) {
        let route = configuration.routes[index]
        for (number, rule) in route.switches.enumerated() {
            let place: [Places.Step] = [.key("routes"), .item(index), .key("switch"), .item(number)]
            if !rule.model.isEmpty, models[rule.model] == nil {
                unknown("model", rule.model, among: models.keys, at: places[place[0], place[1], place[2], place[3], "use"])
            }
            if let limit = rule.spent?.limit, !limit.isEmpty, !route.quota.contains(where: { $0.name == limit }) {
                unknown(
                    "limit", limit, among: route.quota.map(\.name), at: places[place[0], place[1], place[2], place[3], "when", "spent"],
                    hint: "give a limit of this route's quota a name, and say that name")
            }
        }
    }

    /// A limit of dollars counts nothing of a target that has no price, and `balance: cheapest` cannot tell what it would cost.
    func checkPrices(ofRoute index: Int) {
        let route = configuration.routes[index]
        if route.upstream.balance == .cheapest {
            for target in unpriced(on: route, withFallbacks: false) {
                context.error(
                    "balance: cheapest needs to know what \(target) costs", at: places["routes", .item(index), "upstream", "balance"],
                    hint: "give the target a price, or let prices have one for it")
            }
        }
        guard let number = route.quota.firstIndex(where: { $0.allowance.measure == .money }) else { return }
        for target in unpriced(on: route, withFallbacks: true) {
            context.error(
                "a limit of USD cannot count what \(target) costs", at: places["routes", .item(index), "quota", .item(number), "allow"],
                hint: "give the target a price (input: 0, output: 0 if it costs nothing), or let prices have one for it")
        }
    }

    /// The targets without a price that may serve a route, as messages name them.
    private func unpriced(on route: RouteConfig, withFallbacks: Bool) -> [String] {
        let asked = configuration.models.filter { model in route.match.models.isEmpty || route.match.models.contains { $0.matches(model.name) } }
        var targets = (asked + route.switches.compactMap { models[$0.model] }).flatMap(\.targets)
        if withFallbacks {
            for rule in route.fallback {
                switch rule.action {
                case .model(let name): targets += models[name]?.targets ?? []
                case .target(let target): targets.append(target)
                case .answer: break
                }
            }
        }
        var names = targets.filter { $0.price == nil && !$0.provider.isEmpty }.map { "\($0.provider)/\($0.model)" }
        if withFallbacks, let provider = route.upstream.provider, !provider.isEmpty, route.match.models.isEmpty || hasUnlisted(route) {
            names.append("\(provider) with models that are not listed")
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// Whether the route takes models that `models` does not have.
    private func hasUnlisted(_ route: RouteConfig) -> Bool {
        route.match.models.contains { !$0.isExact || models[$0.text] == nil }
    }
}
