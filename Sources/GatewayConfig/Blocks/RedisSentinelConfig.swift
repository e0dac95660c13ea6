/// The `sentinel` block of `redis`: who knows which server is the master.
package struct RedisSentinelConfig: ConfigBlock, Equatable, Sendable {
    /// Asked in turn; never empty.
    package let addresses: [RedisPlace]
    package let master: String
    /// Of the sentinels themselves, which have a user and a password of their own, or none.
    package let username: String?
    package let password: Secret?

    package init(reading fields: inout Fields) {
        addresses = fields.list("addresses", of: .redisAddress(defaultPort: 26_379)) ?? []
        master = fields.required("master", .name(), hint: "what sentinel.conf calls it, often `mymaster`")
        username = fields.optional("username", .text(bytesMax: 256))
        let node = fields.take("password")
        password = node.flatMap { [fields] in fields.read($0, of: "password", .secret) }
        if !fields.has("addresses") { fields.reportMissing("addresses", hint: "such as [sentinel-0:26379, sentinel-1:26379]") }
        if addresses.count > 16 { fields.conflict("addresses must not name more than 16", at: "addresses") }
        if let node, fields.isLiteral(node) {
            fields.warn("the password is written into the file", at: "password", hint: "refer to it: password: \"${env:NAME}\" or \"${file:/path}\"")
        }
        if username != nil, node == nil { fields.conflict("username needs a password", at: "username") }
        fields.finish()
    }
}
