import GatewayCore

/// How one command ended, with what the client itself wants to know of it.
typealias RedisOutcome = Result<RedisReply, RedisProblem>

/// Why one command has no reply.
enum RedisProblem: Error, Equatable {
    /// Nothing was sent.
    case unavailable
    case timedOut
    case connectionLost
    case refused(RedisRefusal)

    var failure: RedisFailure {
        switch self {
        case .unavailable: .unavailable
        case .timedOut: .timedOut
        case .connectionLost: .connectionLost
        case .refused(let refusal): .refused(code: refusal.code)
        }
    }
}

/// An error reply, as `MOVED 3999 127.0.0.1:6381`.
struct RedisRefusal: Equatable {
    /// The first word where it is one in capitals, else `ERR`: codes become labels and log fields, and nothing else may.
    let code: String
    /// What follows. May quote keys and values: for the client alone.
    let detail: String

    private static let codeBytesMax = 24

    init(_ text: String) {
        let word = text.prefix { $0 != " " }
        let isCode = !word.isEmpty && word.utf8.count <= Self.codeBytesMax && word.utf8.allSatisfy { (0x41...0x5a).contains($0) }
        code = isCode ? String(word) : "ERR"
        detail = String(text.dropFirst(word.count).drop { $0 == " " })
    }

    /// Where `MOVED` and `ASK` point to: `3999 127.0.0.1:6381`. An empty host means the one that was asked.
    ///
    /// - SeeAlso: the cluster specification, "MOVED Redirection"
    func target(asked: RedisAddress) -> RedisAddress? {
        guard let place = detail.split(separator: " ").last, let colon = place.lastIndex(of: ":") else { return nil }
        guard let port = Int(place[place.index(after: colon)...]), (1...65535).contains(port) else { return nil }
        let host = String(place[..<colon])
        if host.isEmpty || host == "?" {
            guard case .tcp(let same, _) = asked else { return nil }
            return .tcp(host: same, port: port)
        }
        return .tcp(host: host, port: port)
    }
}
