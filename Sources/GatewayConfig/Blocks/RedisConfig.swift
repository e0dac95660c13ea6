/// The `redis` block: what several gateways share.
package struct RedisConfig: ConfigBlock, Equatable, Sendable {
    /// Who says which server to talk to.
    package enum Source: Equatable, Sendable {
        case server(RedisPlace)
        case sentinel(RedisSentinelConfig)
        /// Any node of a cluster.
        case cluster(RedisPlace)
    }

    package let source: Source
    /// nil: the default user.
    package let username: String?
    package let password: Secret?
    package let database: Int
    /// One operation, from the request for it to the reply.
    package let deadline: Duration
    package let connectTimeout: Duration
    /// Stands in braces before each key, so that several gateways can use one Redis without each other's counters, and a cluster keeps all keys of
    /// one on one node.
    package let keyTag: String

    package init(reading fields: inout Fields) {
        let isCluster = fields.flag("cluster", default: false)
        let sentinel: RedisSentinelConfig? = fields.optionalBlock("sentinel")
        let url = fields.optional("url", .redisURL)
        username = fields.optional("username", .text(bytesMax: 256)) ?? url?.username
        let passwordNode = fields.take("password")
        password = passwordNode.flatMap { [fields] in fields.read($0, of: "password", .secret) } ?? url?.password.map { Secret($0) }
        database = fields.optional("database", .integer(in: 0...RedisURL.databaseMax)) ?? url?.database ?? 0
        deadline = fields.duration("deadline", in: .milliseconds(1) ... .seconds(1), default: .milliseconds(20))
        connectTimeout = fields.duration("connect_timeout", in: .milliseconds(10) ... .seconds(10), default: .seconds(1))
        keyTag = fields.value("key_tag", .name(), default: "weir")
        let place = url?.place ?? .tcp(host: "", port: 0)
        source = sentinel.map { .sentinel($0) } ?? (isCluster ? .cluster(place) : .server(place))
        if let passwordNode, fields.isLiteral(passwordNode) { Self.warnOfLiteral("password", fields) }
        if url?.password != nil, let node = fields.take("url"), fields.isLiteral(node) { Self.warnOfLiteral("url", fields) }
        Self.check(fields, url)
        if isCluster { Self.checkCluster(fields, place, database) }
        if username != nil, password == nil { fields.conflict("username needs a password", at: "username") }
        fields.finish()
    }

    private static func warnOfLiteral(_ key: String, _ fields: Fields) {
        fields.warn("the password is written into the file", at: key, hint: "refer to it: \(key): \"${env:NAME}\" or \"${file:/path}\"")
    }

    private static func check(_ fields: Fields, _ url: RedisURL?) {
        if fields.has("sentinel"), fields.has("url") {
            fields.conflict("url does nothing here: the sentinels say where the master is", at: "url")
        } else if !fields.has("sentinel"), !fields.has("url") {
            fields.reportMissing("url", hint: "such as redis://redis.default.svc:6379, or name sentinels")
        }
        let twice = [("username", url?.username != nil), ("password", url?.password != nil), ("database", url?.database != nil)]
        for (key, isInURL) in twice where isInURL && fields.has(key) { fields.conflict("\(key) stands in the url already", at: key) }
    }

    private static func checkCluster(_ fields: Fields, _ place: RedisPlace, _ database: Int) {
        if fields.has("sentinel") { fields.conflict("cluster and sentinel exclude each other", at: "cluster") }
        if case .unix = place {
            fields.conflict("a cluster cannot be reached by a Unix socket: its nodes name each other by host and port", at: "cluster")
        }
        if database != 0 { fields.conflict("a cluster has the database 0 only", at: fields.has("database") ? "database" : "url") }
    }
}
