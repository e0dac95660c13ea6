/// What `dialect: azure` adds to a provider.
package struct AzureConfig: Equatable, Sendable {
    /// How requests are addressed.
    package enum Surface: Equatable, Sendable {
        /// `/openai/v1/…`: the model in the body is the deployment. `version` as the query names it, nil where it names none.
        case v1(version: String?)
        /// `/openai/deployments/{deployment}/…?api-version=…`.
        case dated(version: String)
    }

    package let surface: Surface
    /// nil: `key`, sent as `api-key`.
    package let credential: CredentialConfig?

    init(reading fields: inout Fields) {
        let version = fields.optional("api_version", .azureVersion)
        surface = version.map { $0.utf8.first == UInt8(ascii: "2") ? .dated(version: $0) : .v1(version: $0) } ?? .v1(version: nil)
        credential = fields.optionalBlock("credentials") { block in
            defer { block.finish() }
            if block.has("token") { return .token(block.required("token", .secret)) }
            return .workload(
                WorkloadIdentity(
                    reading: &block, role: "client", authority: ProviderURL(isTLS: true, host: "login.microsoftonline.com", port: 443, path: ""),
                    hint: "either a token, or client, tenant and token_file of a workload identity",
                    scope: "https://cognitiveservices.azure.com/.default"))
        }
    }
}
