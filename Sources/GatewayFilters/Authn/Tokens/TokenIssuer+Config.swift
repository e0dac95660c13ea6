import GatewayConfig
import GatewayCore
import WebTokens

extension TokenIssuer {
    /// - Parameter keys: those of an earlier file that names the same source.
    convenience init(_ config: JWTConfig, keys: IssuerKeys?, report: @escaping @Sendable (KeySetNews) -> Void) {
        self.init(name: config.name, rules: config.rules, keys: keys ?? IssuerKeys(config, report: report), mapping: TokenMapping(config))
    }
}

extension TokenMapping {
    init(_ config: JWTConfig) {
        self.init(
            prefix: config.prefix, caller: Path(config.caller), team: config.team.map(Path.init), models: config.models.map(Path.init),
            claims: config.claims.map { ($0.name, Path($0.path)) }, requirements: config.requirements.map { (Path($0.claim), $0.values) })
    }
}

extension TokenMapping.Path {
    fileprivate init(_ path: ClaimPath) { self.init(path.text, path.pointer) }
}

extension IssuerKeys {
    fileprivate convenience init(_ config: JWTConfig, report: @escaping @Sendable (KeySetNews) -> Void) {
        let algorithms = config.rules.algorithms
        switch config.keys {
        case .fetched(let source): self.init(KeySetFetcher(source, of: config, report: report))
        case .jwks(let text): self.init(Self.checked { () throws(TokenKeySet.Problem) in try TokenKeySet(jwks: text, for: algorithms) })
        case .pem(let text): self.init(Self.checked { () throws(TokenKeySet.Problem) in try TokenKeySet(pem: text, for: algorithms) })
        case .secret(let secret): self.init(TokenKeySet(TokenKey(secret: Array(secret.reveal().utf8)).map { [$0] } ?? []))
        }
    }

    private static func checked(_ read: () throws(TokenKeySet.Problem) -> TokenKeySet) -> TokenKeySet {
        do throws(TokenKeySet.Problem) { return try read() } catch { preconditionFailure("a checked file has keys that can be read: \(error)") }
    }
}

extension KeySetFetcher {
    fileprivate init(_ source: KeySetSource, of config: JWTConfig, report: @escaping @Sendable (KeySetNews) -> Void) {
        let endpoint = UpstreamEndpoint(
            provider: config.name, purpose: .keySets, url: source.origin.description, certificateAuthorities: source.certificateAuthorities,
            proxy: source.proxy?.reveal(), limits: UpstreamEndpoint.Limits(responseBodyBytes: Self.bytesMax, connections: 1))
        self.init(
            issuer: config.name, endpoint: endpoint, path: source.path, algorithms: config.rules.algorithms, refresh: source.refresh,
            cooldown: source.cooldown, bearer: source.tokenFile.map(Self.bearer), report: report)
    }

    private static func bearer(_ path: String) -> @Sendable () -> Result<[UInt8], Failure> {
        {
            ConfigEnvironment.process.readFile(path, 64 << 10).mapError { Failure("the token_file \($0.message)") }
        }
    }
}
