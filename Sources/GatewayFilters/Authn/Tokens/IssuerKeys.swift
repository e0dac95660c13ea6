import GatewayCore
package import MonotonicClock
import Synchronization
package import WebTokens

/// The keys of one issuer: given once, or fetched again and again. Shared by all workers, and by every file that leaves the issuer alone.
///
/// The last good keys are kept for as long as no others can be had. One fetch runs at a time; whoever needs its outcome waits for it.
package final class IssuerKeys: Sendable {
    private struct State {
        var set: TokenKeySet?
        var text: [UInt8] = []
        var fetchedAt: Instant?
        var attemptedAt: Instant?
        /// When a key that was not known last led to a fetch.
        var askedAt: Instant?
        var failuresInRow = 0
        var lastFailure: String?
        var isFetching = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    /// What `/status` and metrics say.
    package struct Snapshot: Sendable {
        package let keyCount: Int?
        package let age: Duration?
        package let fetches: Int
        package let failures: Int
        package let failuresInRow: Int
        package let lastFailure: String?
    }

    private let fetcher: KeySetFetcher?
    private let state: Mutex<State>
    private let versions = Atomic<Int>(0)
    private let fetches = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)

    /// Keys that do not change.
    package init(_ set: TokenKeySet) {
        fetcher = nil
        state = Mutex(State(set: set))
    }

    package init(_ fetcher: KeySetFetcher) {
        self.fetcher = fetcher
        state = Mutex(State())
    }

    package var isFetched: Bool { fetcher != nil }
    var endpoint: UpstreamEndpoint? { fetcher?.endpoint }

    /// Another number for each set of keys.
    var version: Int { versions.load(ordering: .acquiring) }

    /// nil: there have never been any.
    var current: (set: TokenKeySet, version: Int)? {
        state.withLock { state in state.set.map { ($0, version) } }
    }

    /// Whether a fetch is under way.
    var isFetching: Bool { state.withLock(\.isFetching) }

    package func snapshot(now: Instant) -> Snapshot {
        state.withLock { state in
            Snapshot(
                keyCount: state.set?.keys.count, age: state.fetchedAt.map { $0.duration(to: now) }, fetches: fetches.load(ordering: .relaxed),
                failures: failures.load(ordering: .relaxed), failuresInRow: state.failuresInRow, lastFailure: state.lastFailure)
        }
    }

    // MARK: - When to fetch

    /// Starts a fetch if the keys are old, or were never had, and the last attempt is long enough ago.
    func refreshIfDue(on worker: any WorkerServices) {
        guard let fetcher else { return }
        let isTurn = state.withLock { state in
            guard !state.isFetching else { return false }
            let pause = fetcher.pause(afterFailures: state.failuresInRow)
            guard state.attemptedAt.map({ $0.duration(to: worker.now) >= pause }) ?? true else { return false }
            state.isFetching = true
            return true
        }
        if isTurn { start(fetcher, on: worker) }
    }

    /// Waits for new keys, since those at hand do not have the one that is asked for. Returns at once where there is nothing to wait for: no
    /// fetch runs, and the last one of this kind is less than the cool-down ago.
    ///
    /// - Throws: the cancellation's error.
    func fetchForUnknownKey(_ exchange: Exchange) async throws(GatewayError) {
        guard let fetcher else { return }
        let worker = exchange.worker
        let (isTurn, isToWait) = state.withLock { state in
            guard !state.isFetching else { return (false, true) }
            let now = worker.now
            // Until there are any keys, what counts is how long a server in trouble is left alone.
            let pause = state.set == nil ? fetcher.pause(afterFailures: state.failuresInRow) : fetcher.cooldown
            let last = state.set == nil ? state.attemptedAt : state.askedAt
            guard last.map({ $0.duration(to: now) >= pause }) ?? true else { return (false, false) }
            state.isFetching = true
            // The first keys of all are not asked for because one was not among them.
            if state.set != nil { state.askedAt = now }
            return (true, true)
        }
        if isTurn { start(fetcher, on: worker) }
        if isToWait { try await waitForFetch(exchange.cancellation) }
    }

    private func waitForFetch(_ cancellation: Cancellation) async throws(GatewayError) {
        if let error = cancellation.error { throw error }
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let handler = cancellation.onCancel { [self] in stopWaiting(number) }
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.isFetching else { return true }
                state.waiting[number] = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
        cancellation.remove(handler)
        if let error = cancellation.error { throw error }
    }

    private func stopWaiting(_ number: Int) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
    }

    // MARK: - One fetch

    private func start(_ fetcher: KeySetFetcher, on worker: any WorkerServices) {
        fetches.add(1, ordering: .relaxed)
        let carried = OnOneWorker(value: worker)
        worker.spawn { [self] in
            let worker = carried.value
            ended(await fetcher.fetch(on: worker), at: worker.now, fetcher)
        }
    }

    private func ended(_ outcome: Result<KeySetFetcher.Fetched, KeySetFetcher.Failure>, at now: Instant, _ fetcher: KeySetFetcher) {
        var news: KeySetNews?
        let waiting = state.withLock { state in
            state.isFetching = false
            state.attemptedAt = now
            switch outcome {
            case .success(let fetched):
                // The same keys again leave the tokens that were checked with them as they are.
                if state.set == nil || state.text != fetched.text {
                    (state.set, state.text) = (fetched.set, fetched.text)
                    versions.add(1, ordering: .releasing)
                }
                state.fetchedAt = now
                if state.failuresInRow > 0 { news = .back(issuer: fetcher.issuer) }
                (state.failuresInRow, state.lastFailure) = (0, nil)
            case .failure(let failure):
                failures.add(1, ordering: .relaxed)
                if state.failuresInRow == 0 { news = .failing(issuer: fetcher.issuer, reason: failure.reason, hasKeys: state.set != nil) }
                (state.failuresInRow, state.lastFailure) = (state.failuresInRow + 1, failure.reason)
            }
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        if let news { fetcher.report(news) }
        for waiter in waiting { waiter.resume() }
    }
}
