/// The `admin` block: where probes, metrics and status are served.
package struct AdminConfig: ConfigBlock, Equatable, Sendable {
    /// Takes effect at start only. Port 0 lets the kernel choose.
    package let address: ListenAddress

    package init(reading fields: inout Fields) {
        address = fields.value("address", .listenAddress, default: ListenAddress(host: "127.0.0.1", port: 9901))
        fields.finish()
    }
}
