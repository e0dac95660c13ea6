import GatewayCore
package import HTTPWire

/// The head of a request to a provider: made anew, from short lists.
package struct HeaderTransform: Sendable {
    /// Client fields that mean something to every provider of the dialect.
    private static let alwaysPassed = ["openai-beta", "anthropic-version", "anthropic-beta", "idempotency-key"]
    /// The API's version for requests that bring none. Newer ones refuse what many clients and models still use (wire.md, section 1).
    private static let anthropicVersion = "2023-06-01"
    /// Fields that are the gateway's, the connection's, or hold the client's credentials: never sent on, whatever the file says.
    private static let neverPassed: Set<String> = [
        "authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "proxy-authorization", "host", "content-length", "content-encoding",
        "transfer-encoding", "accept-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect", "content-type", "traceparent",
    ]

    private let passed: FieldNames
    private let set: [HeaderField]
    private let removed: Set<String>

    /// - Parameters: names in lower case. `pass` names client fields, `set` replaces, `remove` has the last word.
    package init(pass: [String] = [], set: [HeaderField] = [], remove: [String] = []) {
        passed = FieldNames(Self.passed(pass))
        self.set = set
        removed = Set(remove)
    }

    /// The client fields that are sent on when the file names `extra` ones, in lower case.
    static func passed(_ extra: [String]) -> [String] {
        alwaysPassed + extra.filter { !neverPassed.contains($0) && !alwaysPassed.contains($0) }
    }

    func fields(for exchange: Exchange, to provider: Provider) -> [HeaderField] {
        var fields: [HeaderField] = []
        fields.reserveCapacity(8)
        let client = Self.endToEnd(exchange.request.head.fields)
        if let type = contentType(exchange, client) { fields.append(HeaderField("content-type", type)) }
        fields += provider.headers
        pass(client, of: exchange, provider.dialect, into: &fields)
        // Vertex AI reads the version in the body.
        if provider.dialect == .anthropic, provider.surface == .standard, fields.first("anthropic-version") == nil {
            fields.append(HeaderField("anthropic-version", Self.anthropicVersion))
        }
        fields.append(HeaderField("traceparent", exchange.trace.header))
        for field in set {
            fields.removeAll { $0.name == field.name }
            fields.append(field)
        }
        if !removed.isEmpty { fields.removeAll { removed.contains($0.name) } }
        return fields
    }

    /// The fields that are not for this connection alone. Most clients say what needs no search.
    private static func endToEnd(_ fields: HeaderFields) -> HeaderFields {
        switch fields.all("connection") {
        case [], ["keep-alive"], ["close"]: fields
        default: fields.withoutHopByHop()
        }
    }

    /// JSON by definition where the gateway has read it as such; the client's word for everything else.
    private func contentType(_ exchange: Exchange, _ client: HeaderFields) -> String? {
        if exchange.operation == .other { return client.first("content-type") }
        return exchange.request.body.isEmpty ? nil : "application/json"
    }

    /// A dialect's own fields mean nothing to providers of another.
    private static func isUnderstood(_ name: String, by dialect: Dialect?) -> Bool {
        switch name {
        case "openai-beta": dialect == .openai
        case "anthropic-version", "anthropic-beta": dialect == .anthropic
        default: true
        }
    }

    private func pass(_ client: HeaderFields, of exchange: Exchange, _ dialect: Dialect?, into fields: inout [HeaderField]) {
        for index in 0..<client.count {
            guard let place = client.place(at: index, among: passed) else { continue }
            let name = passed.names[place]
            // The first of several lines brings all of them.
            guard fields.first(name) == nil, Self.isUnderstood(name, by: dialect) else { continue }
            fields.append(HeaderField(name, client.all(name).joined(separator: ", ")))
        }
        // Whoever downloads something says as what; answers that the gateway reads come as they come.
        if exchange.operation == .other, fields.first("accept") == nil, let accept = client.first("accept") {
            fields.append(HeaderField("accept", accept))
        }
    }
}
