extension ScalarType<ListenAddress> {
    /// `127.0.0.1:8000` or `[::1]:8000`.
    static let listenAddress = ScalarType(placeholder: ListenAddress(host: "127.0.0.1", port: 0)) { scalar throws(ScalarMistake) in
        let text = scalar.text
        guard let colon = text.lastIndex(of: ":"), let port = DecimalText.number(text[text.index(after: colon)...]), port <= 65_535 else {
            let hint = DecimalText.number(text).map { "write 127.0.0.1:\($0), or 0.0.0.0:\($0) for every interface" }
            throw ScalarMistake("must be an address and a port such as 127.0.0.1:8000 or [::1]:8000", hint: hint)
        }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        guard isBracketed ? IPAddressText.isIPv6(host) : IPAddressText.isIPv4(host) else {
            throw ScalarMistake("must begin with an IP address", hint: addressHint(host, port: port))
        }
        return ListenAddress(host: String(host), port: port)
    }

    private static func addressHint(_ host: Substring, port: Int) -> String? {
        if host == "localhost" { return "write 127.0.0.1:\(port)" }
        if host.isEmpty || host == "*" { return "write 0.0.0.0:\(port) for every interface, or 127.0.0.1:\(port)" }
        return IPAddressText.isIPv6(host) ? "write [\(host)]:\(port)" : nil
    }
}

/// Literal IP addresses.
enum IPAddressText {
    static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { (DecimalText.number($0) ?? 256) <= 255 }
    }

    /// - SeeAlso: RFC 4291, section 2.2
    static func isIPv6(_ text: some StringProtocol) -> Bool {
        let halves = String(text).splitOnce(at: "::")
        let groups = [halves.left, halves.right ?? ""].map { $0.isEmpty ? [] : $0.split(separator: ":", omittingEmptySubsequences: false) }
        var count = 0
        for (index, group) in groups.joined().enumerated() {
            let isLast = index == groups[0].count + groups[1].count - 1
            if isLast, isIPv4(group) {
                count += 2
            } else {
                guard (1...4).contains(group.count), group.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return false }
                count += 1
            }
        }
        return halves.right == nil ? count == 8 : count <= 7
    }
}

extension String {
    /// What stands before and after the first occurrence of two characters.
    fileprivate func splitOnce(at separator: String) -> (left: Substring, right: Substring?) {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) { return (self[..<index], self[index...].dropFirst(separator.count)) }
            index = self.index(after: index)
        }
        return (self[...], nil)
    }
}
