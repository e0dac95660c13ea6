import GatewayConfig
import GatewayCore
import GatewayDialects
import HTTPWire

extension Provider {
    /// - Parameter demoURL: where the built-in provider answers, without a slash at the end.
    convenience init(_ config: ProviderConfig, credentials: CredentialTable, demoURL: String) {
        let url =
            switch config.endpoint {
            case .demo: demoURL
            case .http(let url): url.description
            }
        let limits = UpstreamEndpoint.Limits(
            responseHeaderBytes: config.limits.responseHeaderBytesMax, responseBodyBytes: config.limits.responseBodyBytesMax,
            connections: config.connectionsMax)
        let endpoint = UpstreamEndpoint(
            provider: config.name, url: config.base(of: url), http2: config.http2, certificateAuthorities: config.certificateAuthorities,
            proxy: config.proxy?.reveal(), limits: limits)
        self.init(
            name: config.name, dialect: config.clientDialect, endpoint: endpoint, formats: config.formats,
            quirks: config.quirks, key: config.key.map { HeaderField(config.keyHeader, config.keyPrefix + $0.reveal()) },
            headers: config.headers.map(HeaderField.init), eventBytesMax: config.limits.eventBytesMax, surface: config.surface,
            credential: config.cloudCredential.map { $0.credential(of: config, in: credentials) })
    }
}

extension ProviderConfig {
    /// The dialect of clients that the endpoint speaks too; nil: none does.
    fileprivate var clientDialect: GatewayCore.Dialect? {
        switch dialect {
        case .openai, .azure: .openai
        case .anthropic: .anthropic
        case .gemini: .gemini
        case .vertex: surface == .vertexClaude ? .anthropic : .gemini
        case .bedrock: nil
        }
    }

    fileprivate var surface: ProviderSurface {
        switch cloud {
        case nil: .standard
        case .azure(let azure):
            switch azure.surface {
            case .v1(let version): .azure(version: version, isDated: false)
            case .dated(let version): .azure(version: version, isDated: true)
            }
        case .vertex(let vertex): vertex.publisher == .anthropic ? .vertexClaude : .vertexGemini
        case .bedrock: .bedrock
        }
    }

    /// nil: what the dialect has.
    fileprivate var formats: [ChatFormat]? {
        guard clientDialect == .openai else { return nil }
        return apis.map { api in
            switch api {
            case .chat: .openAIChat
            case .responses: .openAIResponses
            }
        }
    }

    /// What stands before every path.
    fileprivate func base(of url: String) -> String {
        switch cloud {
        case nil, .bedrock: return url
        case .azure(let azure):
            // As people have it from the portal, with the API's path or without.
            let resource = ["/openai/v1", "/openai"].first { url.hasSuffix($0) }.map { String(url.dropLast($0.utf8.count)) } ?? url
            if case .v1 = azure.surface { return resource + "/openai/v1" }
            return resource + "/openai"
        case .vertex(let vertex):
            let publisher = vertex.publisher.rawValue
            return url + "/\(vertex.version.rawValue)/projects/\(vertex.project)/locations/\(vertex.location)/publishers/\(publisher)"
        }
    }

    /// - SeeAlso: wire.md, sections 3 to 6
    fileprivate var keyHeader: String {
        switch dialect {
        case .openai, .bedrock: "authorization"
        case .anthropic: "x-api-key"
        case .gemini, .vertex: "x-goog-api-key"
        case .azure: "api-key"
        }
    }

    fileprivate var keyPrefix: String { keyHeader == "authorization" ? "Bearer " : "" }
}

extension HeaderField {
    init(_ setting: HeaderSetting) { self.init(setting.name, setting.value.reveal()) }
}
