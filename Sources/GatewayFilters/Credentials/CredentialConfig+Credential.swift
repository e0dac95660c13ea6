import GatewayConfig
import GatewayCore
import HTTPWire
import MonotonicClock

extension ProviderConfig {
    /// The credential besides a key; nil when there is none.
    var cloudCredential: CredentialConfig? {
        switch cloud {
        case nil: nil
        case .azure(let config): config.credential
        case .vertex(let config): config.credential
        case .bedrock(let config): config.credential
        }
    }
}

extension CredentialConfig {
    /// The credential that the gateway has of it, or from now on has.
    func credential(of provider: ProviderConfig, in table: CredentialTable) -> any RequestCredential {
        let key = CredentialTable.Key(
            provider: provider.name, config: self, region: provider.region, proxy: provider.proxy?.reveal(),
            certificateAuthorities: provider.certificateAuthorities)
        return table.credential(key) { make(key, table.report) }
    }

    private func make(_ key: CredentialTable.Key, _ report: @escaping @Sendable (CredentialNews) -> Void) -> any RequestCredential {
        switch self {
        case .token(let token): FixedBearer(token.reveal())
        case .serviceAccount(let account):
            BearerCredential(
                of: key.provider, margin: GoogleTokens.margin, report: report, fetch: GoogleTokens.fetch(account, from: key.server(account.tokenURL)))
        case .metadata(let url):
            BearerCredential(
                of: key.provider, margin: GoogleTokens.margin, report: report, fetch: GoogleTokens.fetchMetadata(from: key.nearServer(url)))
        case .awsKeys(let keys):
            AWSCredential(
                AWSSigningKeys(id: keys.id.reveal(), secret: keys.secret.reveal(), sessionToken: keys.sessionToken?.reveal()), region: key.region)
        case .container(let url, let file):
            AWSCredential(
                of: key.provider, region: key.region, report: report, fetch: AWSKeysFetch.container(tokenFile: file, from: key.nearServer(url)))
        case .workload(let identity) where identity.scope != nil:
            BearerCredential(
                of: key.provider, margin: AzureTokens.margin, report: report, fetch: AzureTokens.fetch(identity, from: key.server(identity.authority))
            )
        case .workload(let identity):
            AWSCredential(
                of: key.provider, region: key.region, report: report, fetch: AWSKeysFetch.webIdentity(identity, from: key.server(identity.authority)))
        }
    }
}

extension CredentialTable.Key {
    /// Somewhere in the cloud: reached as the provider is.
    fileprivate func server(_ url: ProviderURL) -> TokenServer {
        TokenServer(provider: provider, url: url.description, proxy: proxy, certificateAuthorities: certificateAuthorities)
    }

    /// On this machine or beside it: never through a proxy.
    fileprivate func nearServer(_ url: ProviderURL) -> TokenServer { TokenServer(provider: provider, url: url.description) }
}

extension ProviderConfig {
    fileprivate var region: String { if case .bedrock(let config) = cloud { config.region } else { "" } }
}

/// A bearer token that stands in the file.
private final class FixedBearer: RequestCredential {
    private let field: HeaderField

    init(_ token: String) {
        field = HeaderField("authorization", "Bearer " + token)
    }

    func headers(
        for request: UpstreamRequest, on worker: any WorkerServices, cancellation: Cancellation
    ) async throws(GatewayError) -> [HeaderField] { [field] }

    func doubt(now: Instant) {}
}
