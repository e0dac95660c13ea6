package import GatewayCore
package import GatewayDialects
package import HTTPWire

/// A configured endpoint, made ready for requests.
package final class Provider: Sendable {
    package let name: String
    /// The dialect of clients that the endpoint speaks too, so that their requests can be passed through; nil: none does.
    package let dialect: Dialect?
    package let endpoint: UpstreamEndpoint
    /// The formats of conversations that the endpoint takes; never empty. A client of another format is translated to the first.
    package let formats: [ChatFormat]
    /// How an endpoint of the OpenAI dialect differs from OpenAI's.
    package let quirks: ChatQuirks
    /// Changes what differs in requests that are passed on; nil: nothing does.
    let adapter: OpenAIChatAdapter?
    /// Bytes of one event of a streamed answer.
    package let eventBytesMax: Int
    /// What every request to this provider carries: its key, who we are, and the file's own fields. Never to be shown.
    let headers: [HeaderField]
    package let surface: ProviderSurface
    /// What each request has to be given besides `headers`; nil: nothing.
    let credential: (any RequestCredential)?

    /// - Parameters:
    ///   - formats: nil: all that the dialect has.
    ///   - key: nil sends none.
    ///   - headers: names in lower case; one that is also made here replaces it.
    package init(
        name: String, dialect: Dialect? = .openai, endpoint: UpstreamEndpoint, formats: [ChatFormat]? = nil, quirks: ChatQuirks = ChatQuirks(),
        key: HeaderField?, headers: [HeaderField] = [], eventBytesMax: Int = 8 << 20, surface: ProviderSurface = .standard,
        credential: (any RequestCredential)? = nil
    ) {
        self.name = name
        self.dialect = dialect
        self.endpoint = endpoint
        self.formats = formats ?? ChatFormat.allCases.filter { $0.dialect == dialect }
        self.quirks = quirks
        adapter = dialect == .openai ? OpenAIChatAdapter(quirks) : nil
        self.eventBytesMax = eventBytesMax
        self.surface = surface
        self.credential = credential
        var all = headers
        // Some providers' front doors turn away requests that do not say who they are from.
        for field in [key, HeaderField("user-agent", "weir")] {
            if let field, all.first(field.name) == nil { all.append(field) }
        }
        self.headers = all
    }

    /// The format in which a client's conversation is brought here: its own, if the endpoint takes it.
    func format(for client: ChatFormat) -> ChatFormat { formats.contains(client) ? client : formats[0] }
}

extension Provider {
    /// - Parameter key: sent as the dialect has it; nil sends none.
    package convenience init(
        name: String, dialect: Dialect = .openai, endpoint: UpstreamEndpoint, formats: [ChatFormat]? = nil, quirks: ChatQuirks = ChatQuirks(),
        key: String? = nil, headers: [HeaderField] = [], eventBytesMax: Int = 8 << 20
    ) {
        self.init(
            name: name, dialect: dialect, endpoint: endpoint, formats: formats, quirks: quirks, key: key.map(dialect.credential),
            headers: headers, eventBytesMax: eventBytesMax)
    }
}

extension Dialect {
    /// - SeeAlso: wire.md, sections 3 to 5
    fileprivate func credential(_ key: String) -> HeaderField {
        switch self {
        case .openai: HeaderField("authorization", "Bearer " + key)
        case .anthropic: HeaderField("x-api-key", key)
        case .gemini: HeaderField("x-goog-api-key", key)
        }
    }
}
