extension ScalarType<ProviderConfig.Endpoint> {
    /// `demo:`, or an http or https URL.
    static let endpoint = ScalarType(placeholder: .demo) { scalar throws(ScalarMistake) in
        scalar.text == "demo:" ? .demo : .http(try ProviderURL(reading: scalar.text))
    }
}

extension ProviderURL {
    init(reading text: String) throws(ScalarMistake) {
        let example = "must be a URL such as https://api.openai.com/v1"
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            throw ScalarMistake(example, hint: "begin it with https:// or http://, or write \"demo:\" for the built-in provider")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) }) else {
            throw ScalarMistake("has a character that a URL cannot have")
        }
        let rest = text.dropFirst(scheme.count)
        if rest.contains("?") || rest.contains("#") { throw ScalarMistake("must not have a query or fragment") }
        let authority = rest.prefix { $0 != "/" }
        if authority.contains("@") { throw ScalarMistake("must not have a user or password", hint: "credentials belong into key or headers") }
        let (host, port) = try Self.hostAndPort(authority, example: example)
        isTLS = scheme == "https://"
        self.host = host.lowercased()
        self.port = port ?? (isTLS ? 443 : 80)
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path = path.dropLast() }
        if path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) { throw ScalarMistake("must not have . or .. in its path") }
        self.path = String(path)
    }

    fileprivate static func hostAndPort(_ authority: Substring, example: String) throws(ScalarMistake) -> (Substring, Int?) {
        var host = authority
        var port: Int?
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            guard let number = DecimalText.number(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                throw ScalarMistake("must have a port between 1 and 65535 after the colon")
            }
            port = number
            host = authority[..<colon]
        }
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]") && IPAddressText.isIPv6(host.dropFirst().dropLast())
        let isName = host.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "._-".utf8.contains($0) }
        guard !host.isEmpty, isAddress || isName else { throw ScalarMistake(example) }
        return (host, port)
    }
}

extension ScalarType<Secret> {
    /// The URL of a proxy. A secret, since it may hold a password.
    static let proxy = ScalarType(placeholder: Secret("")) { scalar throws(ScalarMistake) in
        let secret = try ScalarType<Secret>.secret.parse(scalar)
        let schemes = ["http://", "https://", "socks5://", "socks5h://"]
        let example = "must be a URL such as http://proxy.example.com:3128"
        guard let scheme = schemes.first(where: { scalar.text.hasPrefix($0) }) else {
            throw ScalarMistake(example, hint: "it begins with \(schemes.joined(separator: ", "))")
        }
        var rest = scalar.text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        if rest.contains(where: { "/?#".contains($0) }) {
            throw ScalarMistake("must not have a path, query or fragment", hint: "in a password write / as %2F, ? as %3F, # as %23")
        }
        let parts = rest.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { try checkCredentials(parts[0]) }
        if parts[parts.count - 1].contains("@") {
            throw ScalarMistake("must not have more than one @", hint: "in a password write @ as %40")
        }
        _ = try ProviderURL.hostAndPort(parts[parts.count - 1], example: example)
        return secret
    }

    /// A control character is what libcurl does not take: it would go straight to the provider.
    private static func checkCredentials(_ text: Substring) throws(ScalarMistake) {
        for part in text.split(separator: "%", omittingEmptySubsequences: false).dropFirst() {
            let digits = part.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let value = UInt8(digits, radix: 16) else {
                throw ScalarMistake("must have two hexadecimal digits after each % of its user and password", hint: "write % as %25")
            }
            if value < 0x20 || value == 0x7F {
                throw ScalarMistake("must not have a control character, such as a line end, in its user or password")
            }
        }
    }
}
