/// What the dialects of clouds add to a provider: whose account, where, and by which credential.
package enum CloudConfig: Equatable, Sendable {
    case azure(AzureConfig)
    case vertex(VertexConfig)
    case bedrock(BedrockConfig)

    /// - Returns: nil for a dialect that is no cloud's.
    init?(_ dialect: ProviderConfig.Dialect, reading fields: inout Fields) {
        switch dialect {
        case .openai, .anthropic, .gemini: return nil
        case .azure: self = .azure(AzureConfig(reading: &fields))
        case .vertex: self = .vertex(VertexConfig(reading: &fields))
        case .bedrock: self = .bedrock(BedrockConfig(reading: &fields))
        }
    }

    /// Where the cloud serves it; nil where every customer has an address of their own.
    var official: ProviderURL? {
        switch self {
        case .azure: nil
        case .vertex(let config): ProviderURL(isTLS: true, host: config.host, port: 443, path: "")
        case .bedrock(let config): ProviderURL(isTLS: true, host: config.host, port: 443, path: "")
        }
    }

    /// Whether the file names a credential besides `key`.
    var hasCredentials: Bool {
        switch self {
        case .azure(let config): config.credential != nil
        case .vertex(let config): config.credential != nil
        case .bedrock(let config): config.credential != nil
        }
    }
}
