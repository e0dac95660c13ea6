/// The top-level `cache` block: the memory behind every route's cache.
package struct CacheStoreConfig: ConfigBlock, Equatable, Sendable {
    /// For all entries together. The least recently used go first.
    package let memoryBytesMax: Int
    /// A larger answer is passed on and not kept.
    package let entryBytesMax: Int

    package init(reading fields: inout Fields) {
        memoryBytesMax = fields.size("memory", in: .mebibyte...64 * .gibibyte, default: 64 * .mebibyte)
        entryBytesMax = fields.size("max_entry", in: .kibibyte ... .gibibyte, default: .mebibyte)
        if entryBytesMax > memoryBytesMax {
            let (entry, memory) = (SizeText.text(entryBytesMax), SizeText.text(memoryBytesMax))
            fields.conflict("max_entry (\(entry)) is more than memory (\(memory)) holds", at: "max_entry")
        }
        fields.finish()
    }
}
