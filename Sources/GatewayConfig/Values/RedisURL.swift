/// Where a Redis server listens.
package enum RedisPlace: Hashable, Sendable {
    /// - Parameter host: a name or an IP address, IPv6 without brackets.
    case tcp(host: String, port: Int)
    case unix(path: String)
}

/// What one URL can say of a Redis: `redis://user:password@host:6379/0` or `unix:///path?db=0`.
struct RedisURL: Hashable, Sendable {
    var place: RedisPlace
    var username: String?
    var password: String?
    var database: Int?
}
