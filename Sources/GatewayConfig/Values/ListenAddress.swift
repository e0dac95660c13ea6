/// An IP address and a port to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.0.1` or `::1`: a literal address, without brackets.
    package let host: String
    /// 0 lets the kernel choose.
    package let port: Int

    package var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }
    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
