import YAMLReader

/// Where an issuer publishes its keys, and how they are fetched.
package struct KeySetSource: Equatable, Sendable {
    /// Scheme, host and port.
    package let origin: ProviderURL
    /// With its query.
    package let path: String
    /// Between two fetches.
    package let refresh: Duration
    /// At least so long between two fetches because of a key that is not known.
    package let cooldown: Duration
    /// In PEM, trusted in addition to the system's.
    package let certificateAuthorities: [UInt8]?
    package let proxy: Secret?
    /// Its content is sent as a bearer token, read anew for each fetch; nil sends none.
    package let tokenFile: String?

    /// The `jwks` of an entry: a URL, a set of keys (by `${file:…}`), or a block with a URL and more. nil where the key is absent.
    static func read(_ fields: inout Fields) -> JWTConfig.Keys? {
        guard let node = fields.take("jwks") else { return nil }
        if case .mapping = node.value {
            var block = Fields(node, name: "jwks", context: fields.context)
            return .fetched(KeySetSource(reading: &block))
        }
        guard let text = fields.read(node, of: "jwks", .text(bytesMax: 512 << 10)) else { return .jwks([]) }
        if text.drop(while: \.isWhitespace).hasPrefix("{") { return .jwks(Array(text.utf8)) }
        guard let url = fields.read(node, of: "jwks", .keySetURL) else { return .jwks([]) }
        return .fetched(KeySetSource(url, fields))
    }

    private static let standardRefresh = Duration.seconds(300)
    private static let standardCooldown = Duration.seconds(30)

    private init(_ url: KeySetURL, _ fields: Fields) {
        (origin, path) = (url.origin, url.path)
        (refresh, cooldown) = (Self.standardRefresh, Self.standardCooldown)
        (certificateAuthorities, proxy, tokenFile) = (nil, nil, nil)
        Self.checkScheme(url, fields, at: "jwks", allowed: false)
    }

    private init(reading fields: inout Fields) {
        let url = fields.required("url", .keySetURL)
        (origin, path) = (url.origin, url.path)
        refresh = fields.duration("refresh", in: .seconds(10) ... .seconds(86_400), default: Self.standardRefresh)
        cooldown = fields.duration("cooldown", in: .seconds(1) ... .seconds(3600), default: Self.standardCooldown)
        certificateAuthorities = fields.certificateAuthorities("ca")
        proxy = fields.optional("proxy", .proxy)
        tokenFile = fields.optional("token_file", .text(bytesMax: 4096)).map { [fields] in fields.context.path($0) }
        Self.checkScheme(url, fields, at: "url", allowed: fields.flag("allow_http", default: false))
        if fields.has("ca"), !url.origin.isTLS { fields.conflict("ca does nothing here: the url has no TLS", at: "ca", hint: "write https://") }
        fields.finish()
    }

    /// Whoever can change the keys on their way can sign tokens.
    private static func checkScheme(_ url: KeySetURL, _ fields: Fields, at key: String, allowed: Bool) {
        guard !url.origin.isTLS, !url.origin.isLoopback, !url.origin.host.isEmpty, !allowed else { return }
        fields.conflict(
            "\(key) must begin with https://: whoever can change the keys on their way can sign tokens", at: key,
            hint: "in a network that you trust, `jwks: { url: …, allow_http: true }`")
    }
}

/// A URL that may have a query, taken apart.
struct KeySetURL: Equatable, Sendable {
    let origin: ProviderURL
    let path: String
}

extension ScalarType<KeySetURL> {
    static let keySetURL = ScalarType(placeholder: KeySetURL(origin: ProviderURL(isTLS: false, host: "", port: 0, path: ""), path: "/")) {
        scalar throws(ScalarMistake) in
        let example = "must be a URL such as https://login.example.com/jwks, a block with a url, or a set of keys (\"${file:…}\")"
        guard scalar.text.hasPrefix("https://") || scalar.text.hasPrefix("http://") else { throw ScalarMistake(example) }
        let parts = scalar.text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let url = try ProviderURL(reading: String(parts[0]))
        var path = url.path.isEmpty ? "/" : url.path
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
                throw ScalarMistake("has a character that a URL cannot have")
            }
            path += "?" + parts[1]
        }
        return KeySetURL(origin: ProviderURL(isTLS: url.isTLS, host: url.host, port: url.port, path: ""), path: path)
    }
}

extension ProviderURL {
    /// Whether what is sent there stays on this machine.
    var isLoopback: Bool { host == "localhost" || host == "[::1]" || (host.hasPrefix("127.") && IPAddressText.isIPv4(host)) }
}
