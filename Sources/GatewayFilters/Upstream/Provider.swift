package import GatewayCore

/// A configured endpoint, made ready for requests.
package final class Provider: Sendable {
    package let name: String
    package let dialect: Dialect
    package let endpoint: UpstreamEndpoint
    /// Bytes of one event of a streamed answer.
    package let eventBytesMax: Int
    /// What every request to this provider carries: its key, who we are, and the file's own fields. Never to be shown.
    let headers: [HeaderField]

    /// - Parameters:
    ///   - key: sent as `Authorization: Bearer`; nil sends none.
    ///   - headers: names in lower case; one that is also made here replaces it.
    package init(
        name: String, dialect: Dialect = .openai, endpoint: UpstreamEndpoint, key: String? = nil, headers: [HeaderField] = [],
        eventBytesMax: Int = 8 << 20
    ) {
        self.name = name
        self.dialect = dialect
        self.endpoint = endpoint
        self.eventBytesMax = eventBytesMax
        var all = headers
        // Some providers' front doors turn away requests that do not say who they are from.
        for field in [key.map { HeaderField("authorization", "Bearer " + $0) }, HeaderField("user-agent", "weir")] {
            if let field, all.first(field.name) == nil { all.append(field) }
        }
        self.headers = all
    }
}
