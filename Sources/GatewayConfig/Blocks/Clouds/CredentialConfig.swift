import GatewayCore

/// How the gateway proves to a cloud who it is, where a key in a header is not enough.
package enum CredentialConfig: Hashable, Sendable {
    /// A bearer token, as it is; read again at each reload.
    case token(Secret)
    /// The key of a Google service account, exchanged for tokens.
    case serviceAccount(GoogleServiceAccount)
    /// The tokens of Google's metadata server, as pods and machines have it. The URL's path is put in front of the server's own.
    case metadata(ProviderURL)
    /// AWS keys, which sign each request.
    case awsKeys(AWSKeys)
    /// AWS keys for some hours from the address that ECS and EKS Pod Identity put into a pod. The file is read before each fetch.
    case container(ProviderURL, tokenFile: String?)
    /// A token of the cluster's, exchanged for AWS keys or Azure tokens.
    case workload(WorkloadIdentity)
}

package struct AWSKeys: Hashable, Sendable {
    package let id: Secret
    package let secret: Secret
    package let sessionToken: Secret?

    package init(id: Secret, secret: Secret, sessionToken: Secret? = nil) {
        self.id = id
        self.secret = secret
        self.sessionToken = sessionToken
    }
}

/// A pod's own token, and for whose rights it is exchanged where.
package struct WorkloadIdentity: Hashable, Sendable {
    /// AWS: the ARN of a role. Azure: the id of a client.
    package let role: String
    /// Azure's tenant; nil for AWS.
    package let tenant: String?
    /// Read before each exchange: the cluster replaces it from time to time.
    package let tokenFile: String
    /// AWS's STS, or Azure's authority.
    package let authority: ProviderURL
    /// What the token is to be good for (Azure); nil for AWS.
    package let scope: String?

    /// - Parameters:
    ///   - role: the name of the key.
    ///   - scope: nil for AWS.
    init(reading fields: inout Fields, role: String, authority: ProviderURL, hint: String, scope: String?) {
        self.role = fields.required(role, .cloudIdentity, hint: hint.isEmpty ? nil : hint)
        tenant = scope == nil ? nil : fields.required("tenant", .cloudName)
        tokenFile = fields.required("token_file", .absolutePath)
        self.authority = fields.value(scope == nil ? "sts" : "authority", .tokenAddress, default: authority)
        self.scope = scope
    }
}
