import GatewayConfig
import GatewayCore

/// Entra's access tokens for a pod with a workload identity.
///
/// - SeeAlso: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
enum AzureTokens {
    static let margin = Duration.seconds(300)

    static func fetch(_ identity: WorkloadIdentity, from server: TokenServer) -> RefreshedValue<String>.Fetch {
        { worker throws(GatewayError) in
            let form = [
                ("grant_type", "client_credentials"), ("client_id", identity.role), ("scope", identity.scope ?? ""),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", try await TokenFile.text(of: identity.tokenFile, for: server.endpoint.provider)),
            ]
            let body = try await server.post(form, path: "/\(identity.tenant ?? "")/oauth2/v2.0/token", on: worker)
            return try GoogleTokens.token(in: body, from: server)
        }
    }
}
