/// Where a Redis server listens.
package enum RedisAddress: Hashable, Sendable {
    /// - Parameter host: a name or a numeric address, IPv6 without brackets.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket, 107 bytes at most: unix(7).
    case unix(path: String)
}

extension RedisAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }
}
