/// What the cache holds, when somebody looks.
package struct CacheFigures: Sendable {
    package var memoryBytes: Int
    package var memoryEntries: Int
    /// Counts of what came of talks with Redis; empty without one.
    package var redis: [(event: String, count: UInt64)]

    package init(memoryBytes: Int = 0, memoryEntries: Int = 0, redis: [(event: String, count: UInt64)] = []) {
        self.memoryBytes = memoryBytes
        self.memoryEntries = memoryEntries
        self.redis = redis
    }
}
