/// A range of IP addresses with a common beginning: `10.0.0.0/8`, `2001:db8::/32`, or one address.
///
/// - SeeAlso: RFC 4632, section 3.1
package struct AddressBlock: Hashable, Sendable {
    package enum Mistake: Error, Equatable, Sendable {
        case noAddress
        case badLength(max: Int)
        /// Bits behind the length are set: it is not clear what is meant. What the block's own address would be.
        case bitsBehindLength(network: String)
    }

    private let network: UInt128
    private let mask: UInt128

    package init(_ text: String) throws(Mistake) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { throw .noAddress }
        let lengthMax = address.isIPv4 ? 32 : 128
        var length = lengthMax
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1]), number <= lengthMax
            else { throw .badLength(max: lengthMax) }
            length = number
        }
        let freeBits = lengthMax - length
        mask = freeBits >= 128 ? 0 : UInt128.max << UInt128(freeBits)
        network = address.bits & mask
        guard network == address.bits else { throw .bitsBehindLength(network: "\(IPAddress(bits: network).text)/\(length)") }
    }

    package func contains(_ address: IPAddress) -> Bool { address.bits & mask == network }
}

extension IPAddress {
    /// In full: no zeros are left out of IPv6.
    package var text: String {
        if isIPv4 { return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: bits >> UInt128($0))) }.joined(separator: ".") }
        return (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)), radix: 16) }.joined(separator: ":")
    }
}
