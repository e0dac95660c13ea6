import YAMLReader

/// One key of a caller.
package struct CallerKey: Equatable, Sendable {
    package let hash: KeyHash
    /// Seconds since 1970; refused from then on. nil: valid for as long as it stands in the file.
    package let expires: Int?

    /// - Parameter time: what the whole caller has; the earlier one counts.
    func expiring(by time: Int?) -> CallerKey {
        CallerKey(hash: hash, expires: time.map { min($0, expires ?? .max) } ?? expires)
    }

    /// `sha256:…`, or `{ key: sha256:…, expires: 2027-01-31 }`.
    static func read(_ fields: inout Fields, _ list: String) -> [CallerKey]? {
        guard let node = fields.take(list) else { return nil }
        var items = [node]
        if case .sequence(let several) = node.value { items = several }
        if items.isEmpty { fields.error("\(list) must not be empty", at: list, hint: "remove the key if nothing is meant") }
        return items.map { item in
            guard case .mapping = item.value else { return CallerKey(hash: fields.read(item, of: list, .keyHash) ?? .none, expires: nil) }
            var entry = Fields(item, name: "an entry of \(list)", context: fields.context)
            let hash = entry.required("key", .keyHash)
            let expires = entry.expiry("expires")
            entry.finish()
            return CallerKey(hash: hash, expires: expires)
        }
    }
}

extension Fields {
    /// Seconds since 1970. One that has passed, or soon will have, is warned about.
    mutating func expiry(_ key: String) -> Int? {
        guard let expires = optional(key, .timestamp) else { return nil }
        let left = expires - context.now
        if left <= 0 {
            warn("this key has expired, and is refused", at: key, hint: "`weir key` makes a new one")
        } else if left <= 7 * 86_400 {
            warn("this key expires in \(left / 86_400) d \(left % 86_400 / 3600) h", at: key, hint: "give the caller a second key in time: keys: […]")
        }
        return expires
    }
}
