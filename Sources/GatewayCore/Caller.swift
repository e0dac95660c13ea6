/// Who holds the key: the identity that limits, caches and logs are keyed by.
package final class Caller: Sendable {
    /// The name from the file; logged and counted in place of the key.
    package let name: String
    package let team: String?
    /// Models this caller may name; nil allows all.
    package let models: [Glob]?
    /// What the caller's token says, by the names that the file gives to claims; empty for a caller with a key.
    package let claims: [String: String]

    package init(name: String, team: String? = nil, models: [Glob]? = nil, claims: [String: String] = [:]) {
        self.name = name
        self.team = team
        self.models = models
        self.claims = claims
    }

    package func mayUse(_ model: String) -> Bool {
        guard let models else { return true }
        return models.contains { $0.matches(model) }
    }
}

/// What the key of a request says about its sender.
package enum KeyIdentity: Sendable {
    /// The request carries no key.
    case absent
    /// It carries one that nobody here holds.
    case unknown
    case known(Caller)

    package var caller: Caller? {
        if case .known(let caller) = self { caller } else { nil }
    }
}
