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
        for (number, caller) in route.match.callers.enumerated() where !caller.text.isEmpty {
            let position = places["routes", .item(index), "match", "caller", .item(number)]
            if !route.authn.tellsCallers {
                context.error("no caller is known here: the route takes no keys", at: position, hint: "add `accept: [key]` to its authn")
            } else {
                checkCaller(caller, of: route.authn, at: position)
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

    /// A name or pattern that no caller can have.
    private func checkCaller(_ caller: Glob, of authn: AuthnConfig, at position: Position) {
        if authn.accepted.contains(.jwt), configuration.jwt.contains(where: { $0.mayName(caller) }) { return }
        if caller.isExact {
            guard !callers.contains(caller.text) else { return }
            unknown("caller", caller.text, among: callers, at: position)
        } else if !callers.contains(where: caller.matches) {
            context.error("no caller fits \(caller.text.quotedBriefly)", at: position)
        }
    }

    func checkAuthn(ofRoute index: Int) {
        let authn = configuration.routes[index].authn
        let position = places["routes", .item(index), "authn"]
        if authn.accepted.contains(.jwt), configuration.jwt.isEmpty, !places.isUnread("jwt") {
            context.error("tokens are accepted here, and there is no issuer of any", at: position, hint: "add jwt")
        }
        guard authn.accepted.contains(.key), configuration.callers.isEmpty, !context.missesCallers else { return }
        let hint =
            configuration.jwt.isEmpty ? "add callers, or `authn: { anonymous: true }` to let everyone in" : "write `accept: [jwt]`, or add callers"
        context.error(
            authn.anonymous ? "keys are accepted here, and no caller has one" : "a key is asked for here, and no caller has one", at: position,
            hint: hint)
    }

    func checkCache(ofRoute index: Int) {
        let route = configuration.routes[index]
        guard let cache = route.cache else { return }
        let position = places["routes", .item(index), "cache", "scope"]
        guard position != places["routes", .item(index), "cache"] else { return }  // the default says nothing wrong
        if cache.scope != .everyone, !route.authn.tellsCallers {
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
