/// The cache's names in Redis, behind the file's tag. They tell nothing but that two requests were equal.
enum RedisCacheKeys {
    static let marks = Array("cache:purged".utf8)

    static func answer(_ key: CacheKey) -> [UInt8] { name(key) + Array(":a".utf8) }
    /// Where an answer's key is, for who asks the same in another format.
    static func question(_ key: CacheKey) -> [UInt8] { name(key) + Array(":q".utf8) }
    static func lease(_ key: CacheKey) -> [UInt8] { name(key) + Array(":l".utf8) }

    private static func name(_ key: CacheKey) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("cache:".utf8) + key.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
