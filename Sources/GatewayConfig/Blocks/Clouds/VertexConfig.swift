/// What `dialect: vertex` adds to a provider.
package struct VertexConfig: Equatable, Sendable {
    /// Whose models are asked, and so which dialect the endpoint speaks.
    package enum Publisher: String, CaseIterable, Sendable { case google, anthropic }

    /// Of the API; the second has what is new.
    package enum Version: String, CaseIterable, Sendable { case v1, v1beta1 }

    package let project: String
    package let location: String
    package let publisher: Publisher
    package let version: Version
    /// nil: `key`, sent as `x-goog-api-key`; without a key the metadata server's token.
    package let credential: CredentialConfig?

    init(reading fields: inout Fields) {
        project = fields.required("project", .cloudName)
        location = fields.required("location", .cloudName, hint: "a region such as europe-west4, or global")
        publisher = fields.choice("publisher", default: .google)
        version = fields.choice("api_version", default: .v1)
        let metadata = ProviderURL(isTLS: false, host: "metadata.google.internal", port: 80, path: "")
        credential =
            fields.optionalBlock("credentials") { block in
                defer { block.finish() }
                if block.has("service_account") { return .serviceAccount(block.required("service_account", .serviceAccount)) }
                if block.has("token") { return .token(block.required("token", .secret)) }
                return .metadata(block.value("metadata", .webAddress, default: metadata))
            } ?? (fields.has("key") ? nil : .metadata(metadata))
    }

    /// - SeeAlso: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations
    var host: String {
        switch location {
        case "global": "aiplatform.googleapis.com"
        // Jurisdictions, which have addresses of another form.
        case "us", "eu": "aiplatform.\(location).rep.googleapis.com"
        default: "\(location)-aiplatform.googleapis.com"
        }
    }
}
