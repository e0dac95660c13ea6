/// Finds out whose request a proxy has passed on.
package enum ForwardedFor {
    /// Addresses of one request that are looked at.
    private static let hopsMax = 32

    /// The address of the last machine on the way that is not one of `proxies`: what it says about those before it is hearsay.
    ///
    /// - Parameter peer: who opened the connection. `x-forwarded-for` is looked at only if this is one of `proxies`.
    /// - Returns: nil when a trusted proxy names something that is no address.
    package static func client(peer: IPAddress, fields: HeaderFields, proxies: [AddressBlock]) -> IPAddress? {
        func isTrusted(_ address: IPAddress) -> Bool { proxies.contains { $0.contains(address) } }
        guard isTrusted(peer) else { return peer }
        var client = peer
        for hop in fields.elements(of: "x-forwarded-for").suffix(hopsMax).reversed() {
            guard let address = address(of: hop) else { return nil }
            client = address
            guard isTrusted(address) else { return address }
        }
        return client
    }

    /// Some proxies write the port too: `10.0.0.1:4711`, `[2001:db8::1]:4711`.
    private static func address(of hop: String) -> IPAddress? {
        if let address = IPAddress(hop) { return address }
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") { return IPAddress(hop[hop.index(after: hop.startIndex)..<end]) }
        return hop.firstIndex(of: ":").flatMap { IPAddress(hop[..<$0]) }
    }
}
