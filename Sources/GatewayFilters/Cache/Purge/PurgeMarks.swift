import Synchronization

/// What was purged, and when: an answer whose call began before is as good as gone.
///
/// So a purge takes one write, however much is kept, here or in Redis. A mark is a number larger than all marks before it: Redis' time in
/// milliseconds since 1970 where there is a Redis to make it, which no pod's clock has a part in.
package final class PurgeMarks: Sendable {
    /// Scopes remembered one by one; with more than these, everything is purged.
    static let fieldsMax = 10_000

    private let marks = Mutex<[String: Int]>([:])
    private let newest = Atomic(0)

    package init() {}

    /// The last mark: what an answer is tagged with whose call begins now.
    package var latest: Int { newest.load(ordering: .acquiring) }

    func isValid(_ tag: PurgeTag) -> Bool {
        guard tag.mark < latest else { return true }
        return marks.withLock { marks in tag.fields.allSatisfy { marks[$0] ?? 0 <= tag.mark } }
    }

    /// A mark of this process alone.
    func mark(_ scope: PurgeScope) {
        learn([(scope.field, latest + 1)])
    }

    /// Takes over marks that other processes made. A mark never becomes an earlier one.
    ///
    /// - Returns: whether any was news.
    @discardableResult
    func learn(_ news: [(field: String, mark: Int)]) -> Bool {
        marks.withLock { marks in
            var isNew = false
            for (field, mark) in news where mark > marks[field] ?? 0 {
                isNew = true
                marks[field] = mark
                if mark > latest { newest.store(mark, ordering: .releasing) }
            }
            if marks.count > Self.fieldsMax { marks = [PurgeScope().field: latest] }
            return isNew
        }
    }
}
