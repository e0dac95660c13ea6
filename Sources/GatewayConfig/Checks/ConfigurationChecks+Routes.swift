import GatewayCore
import YAMLReader

extension ConfigurationChecks {
    func checkMatch(ofRoute index: Int) {
        let route = configuration.routes[index]
        for (number, path) in route.match.paths.enumerated() where !path.text.isEmpty && !path.fitsAnAPIPath {
            context.error(
                "no request has such a path", at: places["routes", .item(index), "match", "path", .item(number)],
                hint: "paths begin as those of the APIs do, such as /v1/chat/completions or /chat/completions; /v1/* takes any of version 1")
        }
        for (number, caller) in route.match.callers.enumerated() where !caller.isEmpty {
            let position = places["routes", .item(index), "match", "caller", .item(number)]
            if !route.authn.acceptsKeys {
                context.error("no caller is known here: the route takes no keys", at: position, hint: "add `accept: [key]` to its authn")
            } else if !callers.contains(caller) {
                unknown("caller", caller, among: callers, at: position)
            }
        }
        guard route.upstream.provider == nil else { return }
        for (number, model) in route.match.models.enumerated() where !model.text.isEmpty && !isOneOfModels(model) {
            unknownModel(model, at: places["routes", .item(index), "match", "model", .item(number)])
        }
        if configuration.models.isEmpty, route.match.models.isEmpty, !places.isUnread("models") {
            context.error(
                "nothing can serve this route: there are no models, and it has no provider", at: places["routes", .item(index)],
                hint: "add models, or `upstream: { provider: NAME }`")
        }
    }

    func checkAuthn(ofRoute index: Int) {
        let authn = configuration.routes[index].authn
        let position = places["routes", .item(index), "authn"]
        guard authn.acceptsKeys, configuration.callers.isEmpty, !places.isUnread("callers") else { return }
        let hint = "add callers, or `authn: { anonymous: true }` to let everyone in"
        context.error(
            authn.anonymous ? "keys are accepted here, and no caller has one" : "a key is asked for here, and no caller has one", at: position,
            hint: hint)
    }

    func checkCache(ofRoute index: Int) {
        let route = configuration.routes[index]
        guard let cache = route.cache else { return }
        let position = places["routes", .item(index), "cache", "scope"]
        guard position != places["routes", .item(index), "cache"] else { return }  // the default says nothing wrong
        if cache.scope != .everyone, !route.authn.acceptsKeys {
            context.error("scope: \(cache.scope.rawValue) tells nobody apart: the route takes no keys", at: position, hint: "write `scope: everyone`")
        } else if cache.scope == .team, !hasTeams {
            context.warn("no caller has a team, so no two callers share an answer", at: position)
        }
    }

    func checkUpstream(ofRoute index: Int) {
        guard let provider = configuration.routes[index].upstream.provider, !provider.isEmpty, providers[provider] == nil else { return }
        unknown("provider", provider, among: providers.keys, at: places["routes", .item(index), "upstream", "provider"])
    }
}
