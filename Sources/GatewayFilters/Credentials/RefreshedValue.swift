import GatewayCore
import MonotonicClock
import Synchronization

/// No value is fetched again sooner than this, however short it is said to live.
private let ageMin = Duration.seconds(30)
private let pauseMax = Duration.seconds(60)

/// A credential that is fetched when it is needed, kept, and fetched anew before it ends. One for all workers.
///
/// One fetch at a time. While the old value is good, requests go on with it, and the fetch runs beside them; only where there is none do they wait. A fetch
/// that failed is tried again after a pause that grows, and until then requests without a value fail at once.
final class RefreshedValue<Value: Sendable>: Sendable {
    typealias Fetch = @Sendable (any WorkerServices) async throws(GatewayError) -> FetchedValue<Value>

    fileprivate struct Held: Sendable {
        let value: Value
        let from: Instant
        var refreshAt: Instant
        let until: Instant
    }

    fileprivate struct State: Sendable {
        var held: Held?
        var isFetching = false
        var failure: GatewayError?
        var failures = 0
        var retryAt: Instant?
    }

    private enum Step {
        case use(Value, isDue: Bool)
        case fetch, wait
        case fail(GatewayError)
    }

    /// How often those look who wait for another's fetch.
    private static var lookInterval: Duration { .milliseconds(10) }

    private let provider: String
    private let margin: Duration
    private let report: @Sendable (CredentialNews) -> Void
    private let fetch: Fetch
    private let state = Mutex(State())

    /// - Parameters:
    ///   - margin: how long before its end a value is replaced.
    ///   - report: tells the operator; called on whatever worker found out.
    ///   - fetch: has to end within its own time-outs.
    init(
        of provider: String, margin: Duration, report: @escaping @Sendable (CredentialNews) -> Void = { _ in }, fetch: @escaping Fetch
    ) {
        self.provider = provider
        self.margin = margin
        self.report = report
        self.fetch = fetch
    }

    /// - Throws: the fetch's failure, or the cancellation's error.
    func value(on worker: any WorkerServices, cancellation: Cancellation) async throws(GatewayError) -> Value {
        while true {
            switch look(worker.now) {
            case .use(let value, isDue: false): return value
            case .use(let value, isDue: true):
                let here = OnOneWorker(value: worker)
                worker.spawn { [self] in await refresh(on: here.value) }
                return value
            case .fetch: await refresh(on: worker)
            case .wait: try await worker.sleep(for: Self.lookInterval, cancellation: cancellation)
            case .fail(let error): throw error
            }
            if let error = cancellation.error { throw error }
        }
    }

    /// The other side does not take the value any more: the next request has a new one fetched.
    func doubt(now: Instant) {
        state.withLock { state in
            guard let held = state.held, held.from + ageMin <= now else { return }
            state.held?.refreshAt = now
        }
    }

    private func look(_ now: Instant) -> Step {
        state.withLock { state in
            let mayFetch = !state.isFetching && state.retryAt.map { $0 <= now } ?? true
            if let held = state.held, held.until > now {
                let isDue = held.refreshAt <= now && mayFetch
                if isDue { state.isFetching = true }
                return .use(held.value, isDue: isDue)
            }
            guard mayFetch else { return state.isFetching ? .wait : .fail(state.failure ?? .internalFailure(reason: "no credential could be had.")) }
            state.isFetching = true
            return .fetch
        }
    }

    private func refresh(on worker: any WorkerServices) async {
        let result: Result<FetchedValue<Value>, GatewayError>
        do { result = .success(try await fetch(worker)) } catch { result = .failure(error) }
        let now = worker.now
        let jitter = worker.random(below: 250)
        let news = state.withLock { $0.take(result, now: now, margin: margin, jitter: .milliseconds(jitter), of: provider) }
        if let news { report(news) }
    }

}

extension RefreshedValue.State {
    /// - Returns: what has changed for the operator.
    fileprivate mutating func take(
        _ result: Result<FetchedValue<Value>, GatewayError>, now: Instant, margin: Duration, jitter: Duration, of provider: String
    ) -> CredentialNews? {
        isFetching = false
        switch result {
        case .success(let fetched):
            let isBack = failures > 0
            let refreshAt = max(now + ageMin, now + fetched.lifetime - margin)
            self = Self(held: .init(value: fetched.value, from: now, refreshAt: refreshAt, until: now + fetched.lifetime))
            return isBack ? .back(provider: provider) : nil
        case .failure(let error):
            failure = error
            retryAt = now + min(pauseMax, .milliseconds(1000 << min(6, failures))) + jitter
            failures += 1
            return failures == 1 ? .failing(provider: provider, reason: error.message, hasOld: held.map { $0.until > now } ?? false) : nil
        }
    }
}
