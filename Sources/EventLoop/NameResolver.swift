import CLinux

/// The system's own name resolution: hosts file, DNS, and whatever else the machine is set up with.
package enum NameResolver {
    private static let addressesMax = 16

    /// The numeric addresses of a host, best first; empty when there are none. Blocks, for as long as DNS does: never called on a loop.
    package static func addresses(of host: String) -> [String] {
        let size = Int(CLINUX_ADDRESS_BYTES)
        var texts = [CChar](repeating: 0, count: addressesMax * size)
        let count = unsafe texts.withUnsafeMutableBufferPointer { unsafe clinux_resolve(host, $0.baseAddress, Int32(addressesMax)) }
        return (0..<max(0, Int(count))).map { index in
            let text = texts[index * size..<(index + 1) * size].prefix { $0 != 0 }
            return String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Whether a host is an address already, so that nobody needs to be asked.
    package static func isAddress(_ host: String) -> Bool { unsafe clinux_is_numeric(host) == 1 }
}
