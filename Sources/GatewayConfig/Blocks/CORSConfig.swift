/// The `listen.cors` block: which web pages may call the gateway from a browser.
package struct CORSConfig: Equatable, Sendable {
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
}
