package import GatewayCore
import HTTPWire

/// Holds a route to its limits of requests, tokens, money and requests at once.
///
/// Everything a request needs is taken in one step before it goes on, from all limits or from none. What an answer will come to is not known
/// then: what it may come to is held, and what it came to is counted when it has ended, whichever way. A request is given back when it failed
/// before any provider was asked.
package struct QuotaFilter: Filter {
    private let rules: [QuotaRule]
    private let subjects: QuotaSubjects
    private let store: any QuotaStore
    private let history: OutputHistory
    private let isMetered: Bool
    private let holdsUntilTheEnd: Bool
    private let tellsStandings: Bool

    /// - Parameters:
    ///   - limits: of two with one name, kind and `each`, the first counts.
    ///   - route: the route's name, for limits for each route.
    ///   - models: the names of the file's models, for limits for each model.
    ///   - tellsStandings: whether something further on is decided by how much of a limit is in use.
    ///   - cost: the most that tokens of a model may cost, by the prices of its targets; nil where none has a price. nil as the model: one that
    ///     the file does not name.
    package init(
        limits: [QuotaLimit], route: String, models: Set<String>, store: any QuotaStore, history: OutputHistory = OutputHistory(),
        meter: (QuotaLimit) -> QuotaMeter? = { _ in nil }, tellsStandings: Bool = false,
        cost: @escaping @Sendable (_ model: String?, Usage) -> Money? = { _, _ in nil }
    ) {
        var counters: Set<String> = []
        rules = limits.filter { counters.insert($0.counterName).inserted }.map { QuotaRule($0, meter: meter($0), cost: cost) }
        subjects = QuotaSubjects(route: route, models: models)
        self.store = store
        self.history = history
        isMetered = limits.contains { $0.allowance.isMetered }
        self.tellsStandings = tellsStandings
        holdsUntilTheEnd = limits.contains { $0.allowance.isHeld }
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        let model = subjects.model(of: exchange)
        let estimate = isMetered ? QuotaEstimate(of: exchange, model: model, history: history) : .none
        let demands = rules.map { $0.demand(subjects.subject(of: exchange, for: $0.limit.each), estimate, model) }
        let reservation: QuotaReservation
        let atOnce = store.reserveAtOnce(demands, on: exchange.worker)
        let decision = if let atOnce { atOnce } else { try await decision(on: demands, exchange) }
        switch decision {
        case .granted(let granted, let snapshots):
            if granted.place == .outage { for rule in rules { rule.meter?.countStoreFailure() } }
            note(snapshots, on: exchange)
            clamp(exchange, to: granted, demands, estimate, model)
            reservation = granted
        case .refused(let index, let retryAfter, let snapshots):
            throw refusal(by: rules[index], snapshots, index, retryAfter, on: exchange)
        }
        do {
            let response = try await next(exchange)
            if holdsUntilTheEnd {
                response.body.onEnd { end in settle(reservation, exchange, QuotaUse(of: exchange, estimate, end: end), estimate, model) }
            }
            return response
        } catch {
            settle(reservation, exchange, QuotaUse(of: exchange, estimate, error: error), estimate, model)
            throw error
        }
    }

    private func decision(on demands: [QuotaDemand], _ exchange: Exchange) async throws(GatewayError) -> QuotaDecision {
        do { return try await store.reserve(demands, on: exchange.worker) } catch {
            for rule in rules { rule.meter?.countStoreFailure() }
            throw error
        }
    }

    private func settle(_ reservation: QuotaReservation, _ exchange: Exchange, _ use: QuotaUse, _ estimate: QuotaEstimate, _ model: String?) {
        let actual = zip(rules, reservation.items).map { rule, item in rule.amount(of: use, reserved: item.amount, model) }
        store.settle(reservation, actual: actual, on: exchange.worker)
        guard let wish = estimate.wish, let pair = estimate.pair, let tokens = use.answerTokens else { return }
        history.learn(tokens / wish.answers, for: pair)
    }

    /// Makes the answer no longer than what was left of the limits that say so.
    private func clamp(
        _ exchange: Exchange, to granted: QuotaReservation, _ demands: [QuotaDemand], _ estimate: QuotaEstimate, _ model: String?
    ) {
        for (rule, (item, demand)) in zip(rules, zip(granted.items, demands)) where item.amount < demand.amount {
            guard let wish = estimate.wish else { continue }
            let each = max(1, rule.output(within: item.amount, estimate, model) / wish.answers)
            exchange.outputTokensMax = min(exchange.outputTokensMax ?? .max, each)
        }
    }
}

// What clients and operators are told.
extension QuotaFilter {
    private func note(_ snapshots: [QuotaSnapshot], on exchange: Exchange) {
        let unix = exchange.worker.secondsSince1970
        for (rule, snapshot) in zip(rules, snapshots) {
            rule.meter?.note(snapshot, unix: unix)
            if tellsStandings {
                exchange.limitsInUse.append(
                    LimitInUse(name: rule.limit.name, used: max(0, snapshot.limit - snapshot.remaining), limit: snapshot.limit))
            }
            guard snapshot.isExceeded else { continue }
            rule.meter?.countShadowRejection()
            exchange.record.shadowLimits.append(rule.limit.name)
        }
        announce(snapshots, on: exchange, unix: unix)
    }

    private func refusal(
        by rule: QuotaRule, _ snapshots: [QuotaSnapshot], _ index: Int, _ retryAfter: Duration?, on exchange: Exchange
    ) -> GatewayError {
        let unix = exchange.worker.secondsSince1970
        rule.meter?.note(snapshots[index], unix: unix)
        rule.meter?.countRejection()
        exchange.record.limitReached = rule.limit.name
        announce(snapshots, on: exchange, refusedBy: index, unix: unix)
        let seconds = retryAfter.map { QuotaHeaders.seconds(in: rule.limit.allowance.bounding($0)) } ?? 1
        exchange.responseHeaders.append(QuotaHeaders.retry(afterSeconds: seconds))
        return rule.refusal(retryAfterSeconds: seconds)
    }

    /// Room for what an answer brings and the gateway adds, so that the list is made once.
    private static let otherFields = 5

    /// Says of each unit where its tightest limit stands: the one with the least left, of these the one that takes longest to recover. A
    /// limit that refused is the tightest of its unit.
    private func announce(_ snapshots: [QuotaSnapshot], on exchange: Exchange, refusedBy refused: Int? = nil, unix: Int) {
        exchange.responseHeaders.reserveCapacity(exchange.responseHeaders.count + 3 * rules.count + Self.otherFields)
        for first in rules.indices {
            guard let unit = shownUnit(first, exchange), !(0..<first).contains(where: { shownUnit($0, exchange) == unit }) else { continue }
            var index = first
            for other in (first + 1)..<max(first + 1, rules.count) where index != refused && shownUnit(other, exchange) == unit {
                let isTighter = (snapshots[other].remaining, snapshots[index].reset) < (snapshots[index].remaining, snapshots[other].reset)
                if other == refused || isTighter { index = other }
            }
            let limit = snapshots[index].limit == rules[index].limit.allowance.capacity ? rules[index].capacityText : nil
            QuotaHeaders.add(snapshots[index], of: unit, in: exchange.dialect, limit: limit, unix: unix, to: &exchange.responseHeaders)
        }
    }

    /// What a client sees the rule count; nil where it is not told.
    private func shownUnit(_ index: Int, _ exchange: Exchange) -> QuotaHeaders.Unit? {
        guard let own = rules[index].unit, !rules[index].limit.isShadow else { return nil }
        return QuotaHeaders.shown(own, in: exchange.dialect)
    }
}

extension QuotaAllowance {
    /// Times in a large window are rounded up: nobody is told to wait for longer than the window, or a minute would be too long for `retry-after`.
    fileprivate func bounding(_ wait: Duration) -> Duration {
        if case .sliding(let length) = window { min(wait, length) } else { wait }
    }
}
