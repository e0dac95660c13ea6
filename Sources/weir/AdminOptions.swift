import ArgumentParser
import GatewayConfig

/// How a command finds the running gateway.
struct AdminOptions: ParsableArguments {
    static let standard = "127.0.0.1:9901"

    @Option(
        name: .customLong("admin"),
        help: "The running gateway's admin address. Without it: from --config, $WEIR_ADMIN, $WEIR_CONFIG, or \(standard).")
    var address: String?

    @Option(name: [.short, .long], help: "The gateway.yaml whose admin.address to use.")
    var config: String?

    func client() throws -> AdminClient {
        if let address { return AdminClient(address: address, origin: "--admin") }
        if let config { return try client(of: config) }
        if let address = Host.variable("WEIR_ADMIN") { return AdminClient(address: address, origin: "$WEIR_ADMIN") }
        guard let path = Host.variable("WEIR_CONFIG") else { return AdminClient(address: Self.standard, origin: "the default") }
        do { return try client(of: path) } catch {
            return AdminClient(address: Self.standard, origin: "the default, since $WEIR_CONFIG gives no address: \(error)")
        }
    }

    /// The file may have other mistakes: the gateway that is to be asked runs on an older one.
    private func client(of path: String) throws(Refusal) -> AdminClient {
        let address: ListenAddress
        do { address = try Configuration.adminAddress(path: path) } catch {
            throw Refusal("\(path) gives no admin address. Say --admin HOST:PORT instead.\n\(error)")
        }
        guard address.port != 0 else {
            throw Refusal("\(path) lets the system choose the admin port (\(address)). Say --admin HOST:PORT; the line `weir is listening` has it.")
        }
        let host = ["0.0.0.0", "::"].contains(address.host) ? "127.0.0.1" : address.isIPv6 ? "[\(address.host)]" : address.host
        return AdminClient(address: "\(host):\(address.port)", origin: "admin.address of \(path)")
    }
}
