/// The `admin` block: where probes, metrics and status are served.
package struct AdminConfig: Equatable, Sendable {
    /// Takes effect at start only. Port 0 lets the kernel choose.
    package let address: ListenAddress
}
