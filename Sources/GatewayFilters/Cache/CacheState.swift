package import GatewayCore

/// What the caches of all routes share, and reloads do not touch. Used by all workers.
package final class CacheState: Sendable {
    package let store: MemoryCacheStore
    package let flights: FlightTable
    let marks: PurgeMarks
    /// nil: answers stay in this process.
    package let redis: RedisCacheTier?
    let refreshes = RefreshTable()
    private let purges = RedisPurges()

    /// - Parameter marks: outlive what they are about.
    package init(store: MemoryCacheStore, flights: FlightTable, marks: PurgeMarks = PurgeMarks(), redis: RedisCacheTier? = nil) {
        self.store = store
        self.flights = flights
        self.marks = marks
        self.redis = redis
    }

    /// Hears of purges that other processes were told of, once a second.
    func learnPurges(on worker: any WorkerServices) async {
        guard redis != nil, await purges.learn(into: marks, on: worker) else { return }
        // What is as good as gone need not take memory.
        let marks = marks
        await store.remove { !marks.isValid($0.about.tag) }
    }

    /// Forgets answers, here and wherever the same Redis is used.
    ///
    /// - Returns: how many were in this process' memory, and whether other processes will hear of it; nil: there are none.
    package func purge(_ scope: PurgeScope, on worker: any WorkerServices) async -> (count: Int, isShared: Bool?) {
        var isShared: Bool?
        if redis != nil, worker.redis != nil {
            let mark = await purges.mark(scope, on: worker)
            isShared = mark != nil
            if let mark { marks.learn([(scope.field, mark)]) }
        }
        if isShared != true { marks.mark(scope) }
        return (await store.remove { scope.includes($0.about.tag) }, isShared)
    }
}
