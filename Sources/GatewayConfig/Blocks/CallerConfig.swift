package import GatewayCore
package import HTTPWire

/// One entry of `callers`: who holds a key.
package struct CallerConfig: ConfigBlock, Equatable, Sendable {
    package let name: String
    package let team: String?
    /// Never empty; any of them is valid, so that keys can be rotated.
    package let keys: [CallerKey]
    /// Model names, as the client asks for them, that this caller may use; nil means all.
    package let models: [Glob]?
    /// Where its requests may come from; nil means anywhere.
    package let addresses: [AddressBlock]?

    package init(reading fields: inout Fields) {
        name = fields.required("name", .name())
        team = fields.optional("team", .name())
        let key = fields.optional("key", .keyHash)
        let others = CallerKey.read(&fields, "keys")
        let expires = fields.expiry("expires")
        keys = ((key.map { [CallerKey(hash: $0, expires: nil)] } ?? []) + (others ?? [])).map { $0.expiring(by: expires) }
        models = fields.list("models", of: .modelGlob)
        addresses = fields.list("ips", of: .addressBlock)
        if key != nil, others != nil { fields.error("give either key or keys", at: "keys", hint: "put them all into keys") }
        if key == nil, others == nil { fields.reportMissing("key", hint: "`weir key` makes one and prints the line to put here") }
        if name == Self.anonymousName { fields.error("\"\(name)\" is the name of those who send no key", at: "name", hint: "choose another name") }
        fields.finish()
    }

    /// What is wrong with a name for a caller, worded to follow it; nil when nothing is.
    package static func mistake(inName name: String) -> String? {
        if name == anonymousName { return "must not be \"\(name)\": that is the name of those who send no key" }
        do throws(ScalarMistake) {
            _ = try ScalarType<String>.name().parse(ScalarText(name, isPlain: false))
            return nil
        } catch { return error.message }
    }

    /// The caller of requests without a key.
    package static let anonymousName = "anonymous"
}
