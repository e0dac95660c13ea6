package import HTTPWire

/// Who sent a request: the identity that limits, caches and logs are keyed by.
package final class Caller: Sendable {
    /// The name from the file, or made of a token's claim; logged and counted in place of the credential.
    package let name: String
    package let team: String?
    /// Models this caller may name; nil allows all.
    package let models: [Glob]?
    /// What its token says under the names that the file's `claims` give, such as a tier; empty for who holds a key.
    package let claims: [String: String]
    /// The name of the `jwt` entry whose issuer vouches for the caller; nil for who holds a key.
    package let issuer: String?
    /// Where its requests may come from; nil: from anywhere.
    package let addresses: [AddressBlock]?

    package init(
        name: String, team: String? = nil, models: [Glob]? = nil, claims: [String: String] = [:], issuer: String? = nil,
        addresses: [AddressBlock]? = nil
    ) {
        self.name = name
        self.team = team
        self.models = models
        self.claims = claims
        self.issuer = issuer
        self.addresses = addresses
    }

    package func mayUse(_ model: String) -> Bool {
        guard let models else { return true }
        return models.contains { $0.matches(model) }
    }
}

/// A kind of credential.
package enum CredentialKind: String, CaseIterable, Sendable {
    case key
    /// A JSON Web Token.
    case jwt
}

/// What the credential of a request says about its sender.
package enum Identity: Sendable {
    /// The request carries none.
    case absent
    /// It carries one that is nobody's, or no more, or not yet. Why.
    case refused(CredentialKind, GatewayError)
    case known(Caller, by: CredentialKind)

    package var caller: Caller? {
        if case .known(let caller, _) = self { caller } else { nil }
    }
}
