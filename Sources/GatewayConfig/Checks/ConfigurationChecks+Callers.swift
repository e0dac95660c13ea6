import GatewayCore
import WebTokens
import YAMLReader

extension ConfigurationChecks {
    func checkCallers() {
        var names: [String: Int] = [:]
        var hashes: [KeyHash: Int] = [:]
        var known: [Glob: Bool] = [:]
        let places = context.callers
        for (index, caller) in configuration.callers.enumerated() {
            let place = places[index]
            if !caller.name.isEmpty, let first = names.updateValue(index, forKey: caller.name) {
                context.including(place.file).error(
                    "the caller \(caller.name.quotedBriefly) is already in \(line(ofCaller: first, "name", from: place))", at: place["name"],
                    hint: "choose another name")
            }
            for hash in caller.keys.map(\.hash) where hash != .none {
                guard let first = hashes.updateValue(index, forKey: hash) else { continue }
                let message =
                    first == index
                    ? "this caller has a key twice" : "a key of this caller is also a key of the one in \(line(ofCaller: first, from: place))"
                context.including(place.file).error(message, at: place.node.position, hint: "a key says who calls, so it belongs to one caller, once")
            }
            for (number, model) in (caller.models ?? []).enumerated() where !model.text.isEmpty {
                let isServed = known[model] ?? mayBeServed(model)
                known[model] = isServed
                if !isServed { unknownModel(model, at: place["models", .item(number)], in: context.including(place.file)) }
            }
        }
    }

    /// "line 7", with its file where that is another one.
    private func line(ofCaller index: Int, _ step: Places.Step? = nil, from place: CallerPlace) -> String {
        let other = context.callers[index]
        let line = "line \((step.map { other[$0] } ?? other.node.position).line)"
        return other.file == place.file ? line : "\(line) of \(other.file)"
    }

    func checkIssuers() {
        var names: [String: Int] = [:]
        var issuers: [String: Int] = [:]
        for (index, entry) in configuration.jwt.enumerated() {
            if !entry.name.isEmpty, let first = names.updateValue(index, forKey: entry.name) {
                repeated("the issuer \(entry.name.quotedBriefly)", "jwt", index, first: first)
            }
            if !entry.rules.issuer.isEmpty, let first = issuers.updateValue(index, forKey: entry.rules.issuer) {
                let line = places["jwt", .item(first)].line
                context.error(
                    "the entry in line \(line) has the same issuer", at: places["jwt", .item(index), "issuer"],
                    hint: "a token's issuer says which entry it is for: give one entry both audiences")
            }
        }
        if !configuration.jwt.isEmpty, !configuration.routes.isEmpty, !configuration.routes.contains(where: { $0.authn.accepted.contains(.jwt) }) {
            context.warn("no route takes tokens", at: places["jwt"], hint: "add `authn: { accept: [key, jwt] }` to those that are to")
        }
    }
}

extension CallerPlace {
    subscript(_ steps: Places.Step...) -> Position { Places(root: node).position(steps) }
}

extension JWTConfig {
    /// Whether callers of this issuer can have such a name.
    func mayName(_ caller: Glob) -> Bool {
        let beginning = caller.text.prefix { $0 != "*" }
        return beginning.hasPrefix(prefix) && (!caller.isExact || beginning.utf8.count > prefix.utf8.count)
            || !caller.isExact && prefix.hasPrefix(beginning)
    }
}
