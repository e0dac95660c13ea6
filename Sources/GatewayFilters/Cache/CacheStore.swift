package import MonotonicClock

/// Where answers are kept. Finding nothing is never an error.
package protocol CacheStore: Sendable {
    /// A larger answer is not kept; `StoredAnswer.byteCount` counts.
    var entryBytesMax: Int { get }

    /// - Returns: nil when there is none or it is older than it was to be kept.
    func answer(for key: CacheKey, now: Instant) async -> StoredAnswer?
    /// Takes the place of what was there under this key.
    func keep(_ answer: StoredAnswer, for key: CacheKey) async
    /// Puts `answer` in the place of `old`, if that is still there and there is room for both of its forms. Its age stays.
    func replace(_ old: StoredAnswer, with answer: StoredAnswer, for key: CacheKey) async
    /// Forgets the answers for which `isGone` says so.
    ///
    /// - Returns: how many that were, those under a second key not counted.
    @discardableResult
    func remove(where isGone: @Sendable (StoredAnswer) -> Bool) async -> Int
}
