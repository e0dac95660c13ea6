import HTTPWire

/// The `listen.cors` block: which web pages may call the gateway from a browser.
package struct CORSConfig: ConfigBlock, Equatable, Sendable {
    /// `*` in the file. Never together with `credentials`.
    package let allowsAnyOrigin: Bool
    /// `scheme://host[:port]` in lower case, as browsers send it. Empty when any origin is allowed.
    package let origins: [String]
    /// Upper case.
    package let methods: [String]
    /// `*` in the file: a preflight gets back whatever headers it asked for. Never together with `credentials`.
    package let allowsAnyHeader: Bool
    /// Lower case. Empty when any header is allowed.
    package let headers: [String]
    /// Lower case. Answer headers that scripts may read.
    package let expose: [String]
    /// Whether browsers may send cookies and client certificates.
    package let credentials: Bool
    /// How long a browser may keep the answer to a preflight.
    package let maxAge: Duration

    package init(reading fields: inout Fields) {
        let origins = fields.list("origins", of: .origin)
        if origins == nil { fields.reportMissing("origins", hint: "name the pages that may call: `origins: [\"https://app.example.com\"]`") }
        allowsAnyOrigin = origins?.contains("*") ?? false
        self.origins = allowsAnyOrigin ? [] : origins ?? []
        methods = fields.list("methods", of: .method) ?? ["GET", "POST"]
        let headers = fields.list("headers", of: .headerNameOrStar, mayBeEmpty: true) ?? ["authorization", "content-type"]
        allowsAnyHeader = headers.contains("*")
        self.headers = allowsAnyHeader ? [] : headers
        expose = fields.list("expose", of: .headerName, mayBeEmpty: true) ?? []
        credentials = fields.flag("credentials", default: false)
        maxAge = fields.duration("max_age", in: .zero ... .seconds(86_400), default: .seconds(600))
        if credentials, allowsAnyOrigin {
            fields.conflict("credentials must not be allowed for every origin", at: "credentials", hint: "name the origins, or write false")
        }
        if credentials, allowsAnyHeader {
            fields.conflict("credentials must not be allowed with every header", at: "credentials", hint: "name the headers")
        }
        fields.finish()
    }
}
