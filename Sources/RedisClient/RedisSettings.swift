/// How Redis is reached and how long it may take.
package struct RedisSettings: Equatable, Sendable {
    /// Who says which server to talk to.
    package enum Source: Equatable, Sendable {
        case server(RedisAddress)
        /// Sentinels know which server is the master of this name.
        case sentinels([RedisAddress], master: String, username: String?, password: String?)
        /// Any node of a cluster: it names the one that owns our keys.
        case cluster(RedisAddress)
    }

    package var source: Source
    /// nil: the default user.
    package var username: String?
    package var password: String?
    package var database = 0
    /// How long one operation may take, from the call to the reply.
    package var deadline = Duration.milliseconds(20)
    /// How long connecting and the first replies may take, each.
    package var connectTimeout = Duration.seconds(1)
    /// Stands before each key, in braces: a cluster then keeps all keys on one node, and a script may touch any of them.
    package var keyTag = "weir"

    package init(source: Source) { self.source = source }
}

extension RedisSettings: CustomStringConvertible, CustomReflectable {
    /// Holds passwords: neither printing nor a failed test shows them.
    package var description: String { "<redis settings>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
