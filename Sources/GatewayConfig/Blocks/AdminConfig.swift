/// The `admin` block: where probes, metrics and status are served.
package struct AdminConfig: ConfigBlock, Equatable, Sendable {
    /// Takes effect at start only. Port 0 lets the kernel choose.
    package let address: ListenAddress

    package init(reading fields: inout Fields) {
        address = Self.address(&fields)
        fields.finish()
    }

    static let standardAddress = ListenAddress(host: "127.0.0.1", port: 9901)

    static func address(_ fields: inout Fields) -> ListenAddress {
        fields.value("address", .listenAddress, default: standardAddress)
    }
}
