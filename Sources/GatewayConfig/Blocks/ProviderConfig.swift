package import GatewayCore
import YAMLReader

/// One entry of `providers`: an endpoint that answers requests.
package struct ProviderConfig: Equatable, Sendable {
    /// The wire format that the endpoint speaks.
    package enum Dialect: String, CaseIterable, Sendable { case openai, anthropic, gemini, azure, vertex, bedrock }

    /// Conversations as an endpoint of the OpenAI dialect takes them.
    package enum API: String, CaseIterable, Sendable { case chat, responses }

    /// How an endpoint of the OpenAI dialect names the most tokens of an answer.
    package enum OutputCap: String, CaseIterable, Sendable {
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
    }

    package enum Endpoint: Equatable, Sendable {
        /// The built-in provider: no key, no network.
        case demo
        case http(ProviderURL)
    }

    package let name: String
    package let dialect: Dialect
    /// What a cloud's dialect needs besides; nil for the dialects that are none.
    package let cloud: CloudConfig?
    package let endpoint: Endpoint
    /// What the endpoint serves; never empty. A client of another API gets its requests translated into the first.
    package let apis: [API]
    /// How it differs from OpenAI's own endpoint.
    package let quirks: ChatQuirks
    /// Sent as the dialect has it; nil sends none.
    package let key: Secret?
    /// HTTP/2 over TLS where the endpoint offers it; HTTP/1.1 otherwise. Never without TLS.
    package let http2: Bool
    /// Certificate authorities trusted in addition to the system's, in PEM, as their file was when this one was loaded.
    package let certificateAuthorities: [UInt8]?
    /// A URL, which may hold a password; nil connects directly, whatever the environment says.
    package let proxy: Secret?
    /// Added to every request to this provider.
    package let headers: [HeaderSetting]
    package let limits: ProviderLimitsConfig
    /// Most connections open at once, per worker.
    package let connectionsMax: Int

    init(name: String, reading fields: inout Fields) {
        self.name = name
        dialect = fields.required("dialect", .choice(), hint: "most endpoints speak `dialect: openai`")
        let cloud = CloudConfig(dialect, reading: &fields)
        self.cloud = cloud
        let preset: ProviderPreset? = fields.optional("preset", .choice())
        let official = preset.map(\.url) ?? cloud?.official ?? dialect.official
        endpoint = Self.endpoint(official, preset, &fields)
        apis = fields.list("api", of: .choice()) ?? preset?.apis ?? API.allCases
        let isOpenAI = dialect == .azure || (dialect == .openai && endpoint == dialect.official.map(Endpoint.http))
        quirks = Self.quirks(&fields, over: preset?.quirks ?? (isOpenAI ? .openAI : ChatQuirks()))
        let keyNode = fields.take("key")
        key = keyNode.flatMap { [fields] in fields.read($0, of: "key", .secret) }
        http2 = fields.flag("http2", default: false)
        certificateAuthorities = fields.certificateAuthorities("ca")
        proxy = fields.optional("proxy", .proxy)
        headers = fields.headerSettings("headers")
        limits = fields.block("limits")
        connectionsMax = fields.integer("connections", in: 1...100_000, default: 4096)
        checkKey(keyNode, of: fields, official: preset?.needsKey == false ? nil : official)
        checkOpenAIOnly(fields)
        checkCloud(fields)
        if endpoint == .demo {
            for setting in ["key", "http2", "ca", "proxy", "connections"] where fields.has(setting) {
                fields.conflict("\(setting) does nothing here: the demo provider uses no network", at: setting)
            }
        } else if case .http(let url) = endpoint, !url.isTLS {
            for setting in ["http2", "ca"] where fields.has(setting) {
                fields.conflict("\(setting) does nothing here: the url has no TLS", at: setting, hint: "write https://")
            }
        }
        fields.finish()
    }

    /// - Parameter official: nil: the file has to say it.
    private static func endpoint(_ official: ProviderURL?, _ preset: ProviderPreset?, _ fields: inout Fields) -> Endpoint {
        if official == nil, let preset, !fields.has("url") {
            fields.conflict("\(preset.rawValue) has no address of its own", at: "preset", hint: "write its url")
            return .http(.unread)
        }
        guard let official else { return fields.required("url", .endpoint, hint: "https://RESOURCE.openai.azure.com") }
        return fields.value("url", .endpoint, default: .http(official))
    }

    private static func quirks(_ fields: inout Fields, over preset: ChatQuirks) -> ChatQuirks {
        var quirks = fields.optionalBlock("quirks") { ChatQuirks(reading: &$0, over: preset) } ?? preset
        if let cap: OutputCap = fields.optional("output_cap", .choice()) { quirks.outputCap = cap.rawValue }
        return quirks
    }

    private func checkOpenAIOnly(_ fields: Fields) {
        for setting in ["api", "output_cap"] where fields.has(setting) && dialect != .openai && dialect != .azure {
            fields.conflict("\(setting) does nothing here: only the dialect openai has several", at: setting)
        }
        for setting in ["preset", "quirks"] where fields.has(setting) && dialect != .openai {
            fields.conflict("\(setting) does nothing here: only the dialect openai has several", at: setting)
        }
        if endpoint == .demo, fields.has("preset") { fields.conflict("preset does nothing here: the demo provider is none of them", at: "preset") }
        if Set(apis).count < apis.count { fields.conflict("api names one twice", at: "api") }
    }

    private func checkCloud(_ fields: Fields) {
        guard let cloud else { return }
        if endpoint == .demo { fields.conflict("the demo provider speaks no cloud's dialect", at: "url") }
        if cloud.hasCredentials, fields.has("key") { fields.conflict("key and credentials are two answers to one question", at: "key") }
    }

    private func checkKey(_ keyNode: YAMLNode?, of fields: Fields, official: ProviderURL?) {
        if let official, endpoint == .http(official), keyNode == nil, cloud?.hasCredentials != true {
            fields.context.warn("\(name) has no key, and \(official.host) refuses requests without one", at: fields.position)
        }
        if let keyNode, fields.isLiteral(keyNode) {
            fields.warn("the key is written into the file", at: "key", hint: "refer to it: key: \"${env:NAME}\" or \"${file:/path}\"")
        }
    }
}

extension ProviderConfig.Dialect {
    /// Where the maker of the dialect serves it.
    fileprivate var official: ProviderURL? {
        switch self {
        case .openai: ProviderURL(isTLS: true, host: "api.openai.com", port: 443, path: "/v1")
        case .anthropic: ProviderURL(isTLS: true, host: "api.anthropic.com", port: 443, path: "/v1")
        case .gemini: ProviderURL(isTLS: true, host: "generativelanguage.googleapis.com", port: 443, path: "/v1beta")
        case .azure, .vertex, .bedrock: nil
        }
    }
}
