extension ScalarType<RedisURL> {
    /// Is not shown in messages: it may hold a password.
    static let redisURL = ScalarType(placeholder: RedisURL(place: .tcp(host: "", port: 0))) { scalar throws(ScalarMistake) in
        try RedisURL(reading: scalar.text)
    }
}

extension ScalarType<RedisPlace> {
    /// `sentinel-0.redis:26379`; the port may be left out.
    static func redisAddress(defaultPort: Int) -> ScalarType {
        ScalarType(placeholder: .tcp(host: "", port: 0)) { scalar throws(ScalarMistake) in
            try RedisURL.address(Substring(scalar.text), defaultPort: defaultPort)
        }
    }
}

extension RedisURL {
    /// unix(7): what fits beside the final NUL.
    private static let unixPathBytesMax = 107
    static let databaseMax = 65_535
    private static let example = "must be a URL such as redis://redis.default.svc:6379/0 or unix:///run/redis/redis.sock"

    init(reading text: String) throws(ScalarMistake) {
        guard text.utf8.count <= 4096, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw ScalarMistake(Self.example) }
        if text.hasPrefix("rediss://") {
            throw ScalarMistake(
                "must not be rediss://: the Redis library of this build (hiredis 0.14) has no TLS",
                hint: "let a TLS proxy beside the gateway (stunnel, Envoy) listen on 127.0.0.1 or a Unix socket, and name that")
        }
        if text.hasPrefix("unix://") {
            self = try Self.unix(text.dropFirst("unix://".count))
        } else if text.hasPrefix("redis://") {
            self = try Self.tcp(text.dropFirst("redis://".count))
        } else {
            throw ScalarMistake(Self.example)
        }
    }

    private static func tcp(_ rest: Substring) throws(ScalarMistake) -> RedisURL {
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(authority.count)
        let at = authority.lastIndex(of: "@")
        let host = at.map { authority[authority.index(after: $0)...] } ?? authority
        var url = RedisURL(place: try address(host, defaultPort: 6379))
        if let at { (url.username, url.password) = try credentials(authority[..<at]) }
        let path = tail.hasPrefix("/") ? tail.dropFirst() : tail
        if path.contains("?") { throw ScalarMistake("must not have a query", hint: "the database stands after the slash: redis://host:6379/0") }
        if !path.isEmpty { url.database = try database(path) }
        return url
    }

    private static func unix(_ rest: Substring) throws(ScalarMistake) -> RedisURL {
        let path = rest.prefix { $0 != "?" }
        guard path.hasPrefix("/"), path.count > 1 else { throw ScalarMistake("must have the whole path of the socket: unix:///run/redis/redis.sock") }
        guard path.utf8.count <= unixPathBytesMax else { throw ScalarMistake("must have a path of at most \(unixPathBytesMax) bytes") }
        var url = RedisURL(place: .unix(path: String(path)))
        let query = rest.dropFirst(path.count)
        if !query.isEmpty {
            guard query.hasPrefix("?db=") else { throw ScalarMistake("may have the query ?db= only") }
            url.database = try database(query.dropFirst("?db=".count))
        }
        return url
    }

    private static func database(_ text: Substring) throws(ScalarMistake) -> Int {
        guard let number = DecimalText.number(text), number <= databaseMax else {
            throw ScalarMistake("must have a database between 0 and \(databaseMax)")
        }
        return number
    }

    /// `user:password`, `:password`; each with its special characters as %XX.
    private static func credentials(_ text: Substring) throws(ScalarMistake) -> (String?, String?) {
        guard let colon = text.firstIndex(of: ":") else {
            throw ScalarMistake("must have a password after the user", hint: "redis://:password@host where there is no user")
        }
        let username = try decoded(text[..<colon])
        return (username.isEmpty ? nil : username, try decoded(text[text.index(after: colon)...]))
    }

    private static func decoded(_ text: Substring) throws(ScalarMistake) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), value >= 0x20 else {
                throw ScalarMistake("must have two hexadecimal digits after each % of its user and password")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw ScalarMistake("must have a user and password in UTF-8") }
        return decoded
    }

    static func address(_ text: Substring, defaultPort: Int) throws(ScalarMistake) -> RedisPlace {
        var host = text
        var port = defaultPort
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            guard let number = DecimalText.number(text[text.index(after: colon)...]), (1...65_535).contains(number) else {
                throw ScalarMistake("must have a port between 1 and 65535 after the colon")
            }
            port = number
            host = text[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]"), IPAddressText.isIPv6(host.dropFirst().dropLast()) {
            return .tcp(host: String(host.dropFirst().dropLast()), port: port)
        }
        let isName = host.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "._-".utf8.contains($0) }
        guard !host.isEmpty, host.utf8.count <= 253, isName else {
            throw ScalarMistake("must have a host name or an IP address, IPv6 in brackets")
        }
        return .tcp(host: String(host), port: port)
    }
}
