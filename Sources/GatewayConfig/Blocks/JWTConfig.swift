package import GatewayCore
package import WebTokens

/// One entry of `jwt`: an issuer whose tokens are taken, and what they say of their callers.
package struct JWTConfig: ConfigBlock, Equatable, Sendable {
    /// Where the keys come from that tokens are checked with.
    package enum Keys: Equatable, Sendable {
        /// Fetched from the issuer, again and again.
        case fetched(KeySetSource)
        /// A JSON Web Key Set, as its file was when this one was loaded.
        case jwks([UInt8])
        /// Public keys or certificates in PEM.
        case pem(String)
        /// Shared with the issuer; for HS256.
        case secret(Secret)
    }

    /// A claim that must be there.
    package struct Requirement: Equatable, Sendable {
        package let claim: ClaimPath
        /// Never empty. The claim, or one of its elements, must match one of them.
        package let values: [Glob]
    }

    /// For logs, metrics and the names of callers.
    package let name: String
    package let keys: Keys
    package let rules: TokenRules
    /// Put in front of every caller's name, so that callers of two issuers, or of a key, are never one by accident. May be empty.
    package let prefix: String
    package let caller: ClaimPath
    package let team: ClaimPath?
    /// A list, or words with spaces between them. A token without it may name no model.
    package let models: ClaimPath?
    /// What limits may count by, under names of the file's choosing.
    package let claims: [NamedClaim]
    package let requirements: [Requirement]

    package struct NamedClaim: Equatable, Sendable {
        package let name: String
        package let path: ClaimPath
    }

    package init(reading fields: inout Fields) {
        let name = fields.required("name", .name())
        self.name = name
        let issuer = fields.required("issuer", .text(bytesMax: 1024), hint: "what the tokens have as iss, to the letter")
        let audiences = fields.list("audience", of: .text(bytesMax: 1024)) ?? []
        if !fields.has("audience") { fields.reportMissing("audience", hint: "what the tokens have as aud when they are meant for this gateway") }
        let algorithms: [TokenAlgorithm]? = fields.list("algorithms", of: .choice())
        keys = Self.keys(&fields, algorithms)
        rules = TokenRules(
            issuer: issuer, audiences: audiences, algorithms: keys.algorithms(algorithms),
            leewaySeconds: Int(fields.duration("leeway", in: .zero ... .seconds(300), default: .seconds(30)).components.seconds),
            lifetimeSecondsMax: fields.optional("max_lifetime", .duration(in: .seconds(60) ... .seconds(366 * 86_400)))
                .map { Int($0.components.seconds) })
        prefix = fields.value("prefix", .callerPrefix, default: "\(name)/")
        caller = fields.value("caller", .claimPath, default: .subject)
        team = fields.optional("team", .claimPath)
        models = fields.optional("models", .claimPath)
        claims = fields.namedClaims("claims")
        requirements = fields.requirements("require")
        fields.finish()
    }

    private static func keys(_ fields: inout Fields, _ algorithms: [TokenAlgorithm]?) -> Keys {
        let fetched = KeySetSource.read(&fields)
        let pem = fields.list("keys", of: .text())
        let secret = fields.optional("secret", .tokenSecret)
        let given = ["jwks", "keys", "secret"].filter(fields.has)
        if given.isEmpty { fields.reportMissing("jwks", hint: "`jwks: https://…`, `jwks: \"${file:…}\"`, or `keys` in PEM, or for HS256 a `secret`") }
        if given.count > 1 { fields.conflict("give only one of \(given.joined(separator: ", "))", at: given[1]) }
        let keys = fetched ?? pem.map { .pem($0.joined(separator: "\n")) } ?? .secret(secret ?? Secret(""))
        check(keys, algorithms, fields, given.first ?? "jwks")
        return keys
    }

    private static func check(_ keys: Keys, _ algorithms: [TokenAlgorithm]?, _ fields: Fields, _ key: String) {
        let takesSecret = fields.has("secret")
        for algorithm in algorithms ?? [] where (algorithm.family == .secret) != takesSecret {
            let message =
                takesSecret
                ? "\(algorithm.rawValue) is not signed with a secret" : "\(algorithm.rawValue) is signed with a secret, and there is none"
            fields.conflict(message, at: "algorithms", hint: takesSecret ? "leave algorithms out" : "public keys never check HS256")
        }
        do {
            switch keys {
            case .jwks(let text): _ = try TokenKeySet(jwks: text, for: keys.algorithms(algorithms))
            case .pem(let text): _ = try TokenKeySet(pem: text, for: keys.algorithms(algorithms))
            case .fetched, .secret: break
            }
        } catch {
            fields.conflict("\(key) \(error.message)", at: key)
        }
    }
}

extension JWTConfig.Keys {
    /// What is taken where the file does not say: of RSA only RS256 for a key that names no algorithm, since it stands first.
    private static let standard: [TokenAlgorithm] = TokenAlgorithm.allCases.filter { $0.family != .secret }

    fileprivate func algorithms(_ given: [TokenAlgorithm]?) -> [TokenAlgorithm] {
        if case .secret = self { return [.hs256] }
        return given ?? Self.standard
    }
}
