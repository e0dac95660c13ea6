/// An IP address. Those of IPv4 are held as IPv6 maps them (`::ffff:10.0.0.1`), so that one client has one address on either socket.
package struct IPAddress: Hashable, Sendable {
    /// In the order of the network.
    package let bits: UInt128

    package init(bits: UInt128) {
        self.bits = bits
    }

    private static let mappedPrefix: UInt128 = 0xFFFF << 32

    package var isIPv4: Bool { bits >> 32 == 0xFFFF }
    /// 127.0.0.0/8 or ::1: of this machine or, in Kubernetes, of this pod.
    package var isLoopback: Bool { bits == 1 || bits >> 24 == 0xFFFF_7F }

    /// `10.0.0.1` or `2001:db8::1`, without brackets, port, zone or leading zeros in IPv4.
    ///
    /// - SeeAlso: RFC 4291, section 2.2
    package init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        guard text.count <= 45 else { return nil }
        guard text.contains(UInt8(ascii: ":")) else {
            guard let bits = Self.ipv4(text[...]) else { return nil }
            self.init(bits: Self.mappedPrefix | UInt128(bits))
            return
        }
        guard let bits = Self.ipv6(text) else { return nil }
        self.init(bits: bits)
    }

    private static func ipv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var number: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                number = number * 10 + UInt32(digit & 0x0F)
            }
            guard number <= 255 else { return nil }
            bits = bits << 8 | number
        }
        return bits
    }

    private static func ipv6(_ text: [UInt8]) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var gap: Int?
        for index in text.indices.dropLast() where text[index] == colon && text[index + 1] == colon {
            guard gap == nil else { return nil }
            gap = index
        }
        guard let gap else {
            guard let groups = groups(text[...]), groups.count == 8 else { return nil }
            return joined(groups)
        }
        guard let left = groups(text[..<gap], mayEndInIPv4: false), let right = groups(text[(gap + 2)...]), left.count + right.count <= 7 else {
            return nil
        }
        return joined(left + [UInt16](repeating: 0, count: 8 - left.count - right.count) + right)
    }

    private static func joined(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }

    /// Groups with single colons between them; the last two may be written as an IPv4 address.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInIPv4: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let bits = ipv4(part) else { return nil }
                groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit) else { return nil }
                guard let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16) else { return nil }
                groups.append(value)
            }
        }
        return groups.count <= 8 ? groups : nil
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { (0x30...0x39).contains(self) || (0x41...0x46).contains(self & 0xDF) }
}
