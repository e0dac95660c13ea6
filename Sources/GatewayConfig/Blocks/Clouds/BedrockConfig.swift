/// What `dialect: bedrock` adds to a provider.
package struct BedrockConfig: Equatable, Sendable {
    package let region: String
    /// nil: `key`, a Bedrock API key, sent as a bearer token.
    package let credential: CredentialConfig?

    init(reading fields: inout Fields) {
        let region = fields.required("region", .cloudName)
        self.region = region
        credential = fields.optionalBlock("credentials") { block in
            defer { block.finish() }
            if block.has("container") {
                return .container(block.required("container", .containerAddress), tokenFile: block.optional("token_file", .absolutePath))
            }
            if block.has("role") {
                return .workload(
                    WorkloadIdentity(
                        reading: &block, role: "role",
                        authority: ProviderURL(isTLS: true, host: "sts.\(region).\(Self.domain(region))", port: 443, path: ""), hint: "",
                        scope: nil))
            }
            return .awsKeys(
                AWSKeys(
                    id: block.required("access_key", .secret, hint: "or container, or role: docs/configuration.md has the kinds"),
                    secret: block.required("secret_key", .secret), sessionToken: block.optional("session_token", .secret)))
        }
    }

    var host: String { "bedrock-runtime.\(region).\(Self.domain(region))" }

    private static func domain(_ region: String) -> String { region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com" }
}
