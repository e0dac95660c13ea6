import GatewayCore
import MonotonicClock
import Synchronization

/// Which answers are being refreshed, so that each is by one request only, and not again at once where that failed.
package final class RefreshTable: Sendable {
    /// After a refresh that failed.
    private static let pause = Duration.seconds(10)
    /// Refreshes and pauses that are remembered; beyond, nothing is refreshed.
    private static let countMax = 4096

    /// nil: under way; else when the next one may begin.
    private let entries = Mutex<[CacheKey: Instant?]>([:])

    package init() {}

    /// - Returns: whether a refresh may begin; its end is then to be told.
    func begin(_ key: CacheKey, now: Instant) -> Bool {
        entries.withLock { entries in
            if let entry = entries[key] {
                guard let pausedUntil = entry, pausedUntil <= now else { return false }
            } else if entries.count >= Self.countMax {
                entries = entries.filter { $0.value.map { $0 > now } ?? true }
                guard entries.count < Self.countMax else { return false }
            }
            _ = entries.updateValue(nil, forKey: key)
            return true
        }
    }

    func end(_ key: CacheKey, succeeded: Bool, now: Instant) {
        entries.withLock { entries in
            if succeeded { entries[key] = nil } else { entries[key] = .some(now + Self.pause) }
        }
    }
}
