/// Why there is no connection to Redis. Says nothing of passwords.
package enum RedisTrouble: Error, Equatable, Sendable {
    case unresolvable(host: String)
    /// In the system's words.
    case unreachable(reason: String)
    case connectTimedOut
    case closed
    /// What came is no reply of Redis, or larger than one may be, or nobody asked for it.
    case malformed
    /// Nothing came for a second, although something was asked.
    case silent
    /// Redis refused to serve this connection: the error's first word.
    case refused(code: String)
    /// The server that the sentinels name is no master (any more).
    case notMaster
    /// No sentinel knows a master of this name.
    case masterUnknown
    /// Another node of the cluster has the keys.
    case moved
    /// The gateway itself lets go of it.
    case retired
}

extension RedisTrouble: CustomStringConvertible {
    /// For the operator: whose fault it looks like, and what to do.
    package var description: String {
        switch self {
        case .unresolvable(let host): "the name \(host) cannot be resolved"
        case .unreachable(let reason): "it cannot be reached: \(reason)"
        case .connectTimedOut: "it did not take the connection within redis.connect_timeout"
        case .closed: "it closed the connection"
        case .malformed: "what came is not what Redis says, or too large: is redis.url the address of a Redis server?"
        case .silent: "it did not answer for a second"
        case .refused(let code): Self.meaning(of: code)
        case .notMaster: "the server that the sentinels name is not a master"
        case .masterUnknown: "no sentinel knows the master: check redis.sentinel"
        case .moved: "another node of the cluster has the keys"
        case .retired: "the configuration changed"
        }
    }

    private static func meaning(of code: String) -> String {
        switch code {
        case "WRONGPASS": "it refused redis.username and redis.password (WRONGPASS)"
        case "NOAUTH": "it wants a password: set redis.password (NOAUTH)"
        case "NOPERM": "its ACL does not allow this user what the gateway needs (NOPERM)"
        case "READONLY": "it is a read-only replica (READONLY)"
        case "MASTERDOWN": "it is a replica that has lost its master (MASTERDOWN)"
        case "LOADING": "it is loading its data (LOADING)"
        case "CLUSTERDOWN": "its cluster is down (CLUSTERDOWN)"
        default: "it refused the connection (\(code))"
        }
    }

    /// True when no waiting helps: somebody has to change a setting.
    package var needsOperator: Bool {
        if case .refused(let code) = self { return ["WRONGPASS", "NOAUTH", "NOPERM", "ERR"].contains(code) }
        return false
    }
}
