/// The cache's names in Redis. Both of one answer are in one hash slot, and tell nothing but that two requests were equal.
enum RedisCacheKeys {
    static let marks = Array("weir:cache:purged".utf8)

    static func answer(_ key: CacheKey) -> [UInt8] { tagged(key) + Array(":a".utf8) }
    static func lease(_ key: CacheKey) -> [UInt8] { tagged(key) + Array(":l".utf8) }

    private static func tagged(_ key: CacheKey) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return Array("weir:cache:{".utf8) + key.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] } + [UInt8(ascii: "}")]
    }
}
