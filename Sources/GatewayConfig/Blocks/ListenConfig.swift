package import HTTPWire

/// The `listen` block: where apps connect.
package struct ListenConfig: ConfigBlock, Equatable, Sendable {
    /// Takes effect at start only. Port 0 lets the kernel choose.
    package let address: ListenAddress
    /// nil: no CORS headers are sent and a preflight is an ordinary request.
    package let cors: CORSConfig?
    package let limits: ListenLimitsConfig
    /// Whose `x-forwarded-for` is believed. Empty: the client is who opened the connection.
    package let trustedProxies: [AddressBlock]

    package init(reading fields: inout Fields) {
        address = fields.value("address", .listenAddress, default: ListenAddress(host: "127.0.0.1", port: 8000))
        cors = fields.optionalBlock("cors")
        limits = fields.block("limits")
        trustedProxies = fields.list("trusted_proxies", of: .addressBlock, mayBeEmpty: true) ?? []
        fields.finish()
    }
}
