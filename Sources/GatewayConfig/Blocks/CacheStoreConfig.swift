/// The top-level `cache` block: what is behind every route's cache.
package struct CacheStoreConfig: ConfigBlock, Equatable, Sendable {
    /// For all entries together. The least recently used go first.
    package let memoryBytesMax: Int
    /// A larger answer is passed on and not kept.
    package let entryBytesMax: Int
    /// Whether answers go to Redis, too, where there is one.
    package let usesRedis: Bool
    /// Longer answers are compressed there.
    package let compressedBytesMin: Int
    /// How long a request waits for another process that asks the same.
    package let waitMax: Duration

    package init(reading fields: inout Fields) {
        memoryBytesMax = fields.size("memory", in: .mebibyte...64 * .gibibyte, default: 64 * .mebibyte)
        entryBytesMax = fields.size("max_entry", in: .kibibyte ... .gibibyte, default: .mebibyte)
        usesRedis = fields.flag("redis", default: true)
        compressedBytesMin = fields.size("compress", in: 0 ... .gibibyte, default: 4 * .kibibyte)
        waitMax = fields.duration("wait", in: .zero ... .seconds(600), default: .seconds(10))
        if entryBytesMax > memoryBytesMax {
            let (entry, memory) = (SizeText.text(entryBytesMax), SizeText.text(memoryBytesMax))
            fields.conflict("max_entry (\(entry)) is more than memory (\(memory)) holds", at: "max_entry")
        }
        fields.finish()
    }
}
