import Synchronization

/// What came of the cache's talks with Redis, counted.
package final class RedisCacheCounts: Sendable {
    enum Event: String, CaseIterable, Sendable {
        /// An answer was found, whole and in time.
        case hit
        case miss
        /// What was found is no answer of this version and this key.
        case corrupt
        /// No reply, or a refusal: a miss, and nobody's error.
        case failed
        case written
        case writeFailed = "write_failed"
        /// Too much was on its way already.
        case writeDropped = "write_dropped"
        /// Another process was asking already, and this one waited.
        case waited
        /// It waited for as long as it may, and asked by itself.
        case waitedInVain = "waited_in_vain"
    }

    private let counts = Mutex([UInt64](repeating: 0, count: Event.allCases.count))

    init() {}

    func count(_ event: Event) {
        guard let index = Event.allCases.firstIndex(of: event) else { return }
        counts.withLock { $0[index] &+= 1 }
    }

    package var all: [(event: String, count: UInt64)] {
        counts.withLock { counts in zip(Event.allCases, counts).map { (event: $0.rawValue, count: $1) } }
    }
}
