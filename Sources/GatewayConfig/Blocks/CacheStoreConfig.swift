/// The top-level `cache` block: the memory behind every route's cache.
package struct CacheStoreConfig: Equatable, Sendable {
    /// For all entries together. The least recently used go first.
    package let memoryBytesMax: Int
    /// A larger answer is passed on and not kept.
    package let entryBytesMax: Int
}
