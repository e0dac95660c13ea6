/// One entry of `providers`: an endpoint that answers requests.
package struct ProviderConfig: Equatable, Sendable {
    /// The wire format that the endpoint speaks.
    package enum Dialect: String, CaseIterable, Sendable { case openai }

    package enum Endpoint: Equatable, Sendable {
        /// The built-in provider: no key, no network.
        case demo
        case http(ProviderURL)
    }

    package let name: String
    package let dialect: Dialect
    package let endpoint: Endpoint
    /// Sent as `Authorization: Bearer`; nil sends none.
    package let key: Secret?
    /// HTTP/2 over TLS where the endpoint offers it; HTTP/1.1 otherwise. Never without TLS.
    package let http2: Bool
    /// A PEM file with certificate authorities trusted in addition to the system's; an absolute path that could be read when the file was loaded.
    package let certificateAuthorityFile: String?
    /// A URL, which may hold a password; nil connects directly, whatever the environment says.
    package let proxy: Secret?
    /// Added to every request to this provider.
    package let headers: [HeaderSetting]
    package let limits: ProviderLimitsConfig
    /// Most connections open at once, per worker.
    package let connectionsMax: Int
}
