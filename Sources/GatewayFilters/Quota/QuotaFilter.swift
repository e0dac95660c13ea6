package import GatewayCore

/// Holds a route to its limits of requests per window and requests at once.
///
/// Everything a request needs is taken in one step before it goes on, from all limits or from none. What was taken `atOnce` is given back
/// when the answer has ended, whichever way; a request is given back when it failed before any provider was asked.
package struct QuotaFilter: Filter {
    private struct Rule {
        let limit: QuotaLimit
        let counter: String
    }

    private let rules: [Rule]
    private let route: String
    private let models: Set<String>
    private let store: any QuotaStore
    private let holdsUntilTheEnd: Bool

    /// - Parameters:
    ///   - limits: of two with one name, kind and `each`, the first counts.
    ///   - route: the route's name, for limits for each route.
    ///   - models: the names of the file's models, for limits for each model.
    package init(limits: [QuotaLimit], route: String, models: Set<String>, store: any QuotaStore) {
        var counters: Set<String> = []
        rules = limits.map { Rule(limit: $0, counter: $0.counterName) }.filter { counters.insert($0.counter).inserted }
        self.route = route
        self.models = models
        self.store = store
        holdsUntilTheEnd = limits.contains { $0.allowance.isAtOnce }
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        let demands = rules.map {
            QuotaDemand(key: QuotaKey(counter: $0.counter, subject: subject(of: exchange, for: $0.limit.each)), allowance: $0.limit.allowance)
        }
        let reservation: QuotaReservation
        switch try await store.reserve(demands, now: exchange.worker.now) {
        case .granted(let granted, let snapshots):
            announce(tightest(of: snapshots), on: exchange)
            reservation = granted
        case .refused(let index, let retryAfter, let snapshots):
            throw refusal(by: rules[index].limit, snapshots[index], retryAfter, others: snapshots, on: exchange)
        }
        do {
            let response = try await next(exchange)
            if holdsUntilTheEnd { response.body.onEnd { _ in settle(reservation, counts: true) } }
            return response
        } catch {
            settle(reservation, counts: error.countsAsRequest)
            throw error
        }
    }

    private func settle(_ reservation: QuotaReservation, counts: Bool) {
        store.settle(reservation, actual: reservation.items.map { counts ? $0.amount : 0 })
    }

    private func subject(of exchange: Exchange, for dimension: QuotaLimit.Dimension) -> QuotaSubject {
        switch dimension {
        case .caller: exchange.caller.map { .caller($0.name) } ?? .anonymous
        case .team: exchange.caller.map { caller in caller.team.map { .team($0) } ?? .caller(caller.name) } ?? .anonymous
        case .route: .route(route)
        case .model: exchange.model.flatMap { models.contains($0) ? .model($0) : nil } ?? .otherModels
        case .everyone: .everyone
        }
    }

    private func refusal(
        by limit: QuotaLimit, _ snapshot: QuotaSnapshot, _ retryAfter: Duration?, others: [QuotaSnapshot], on exchange: Exchange
    ) -> GatewayError {
        switch limit.allowance {
        case .requests(let count, let window):
            let seconds = QuotaHeaders.seconds(in: retryAfter ?? window)
            announce(snapshot, on: exchange)
            exchange.responseHeaders.append(QuotaHeaders.retry(afterSeconds: seconds))
            return .requestsSpent(limit: count, window: QuotaHeaders.name(ofWindow: window), retryAfterSeconds: seconds)
        case .atOnce(let count):
            announce(tightest(of: others), on: exchange)
            exchange.responseHeaders.append(QuotaHeaders.retry(afterSeconds: 1))
            return .tooManyAtOnce(limit: count)
        }
    }

    /// The limit of requests that will be reached first: the one with the least left, of these the one that takes longest to recover.
    private func tightest(of snapshots: [QuotaSnapshot]) -> QuotaSnapshot? {
        var tightest: QuotaSnapshot?
        for (rule, snapshot) in zip(rules, snapshots) where !rule.limit.allowance.isAtOnce {
            if let best = tightest, (best.remaining, snapshot.reset) <= (snapshot.remaining, best.reset) { continue }
            tightest = snapshot
        }
        return tightest
    }

    private func announce(_ snapshot: QuotaSnapshot?, on exchange: Exchange) {
        guard let snapshot else { return }
        exchange.responseHeaders += QuotaHeaders.standing(snapshot)
    }
}

extension QuotaLimit.Allowance {
    fileprivate var isAtOnce: Bool {
        if case .atOnce = self { true } else { false }
    }
}
