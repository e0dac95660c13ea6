import GatewayCore
import GatewayDialects
import MonotonicClock

/// Asks the targets of a model, one after another, until one answers or the route's patience is over. One for each route.
package final class UpstreamCaller: Sendable {
    package let policy: UpstreamPolicy
    private let transform: RequestTransform
    private let budget: RetryBudget
    private let picker: TargetPicker

    package init(policy: UpstreamPolicy, transform: RequestTransform, budget: RetryBudget) {
        self.policy = policy
        self.transform = transform
        self.budget = budget
        picker = TargetPicker(balance: policy.balance, skipsEjected: policy.ejection != nil)
    }

    /// The moment by which a request that starts now must have been answered, with all its attempts.
    func deadline(of exchange: Exchange) -> Instant {
        budget.countRequest()
        return exchange.worker.now.advanced(by: policy.timeouts.total)
    }

    func countFallback(of exchange: Exchange) { budget.takeFallback(now: exchange.worker.now) }

    /// - Parameter mayGiveUp: somebody else can be asked, so targets that are all left out need not be bothered.
    /// - Throws: the last attempt's failure; `noTargetLeft` when none was made.
    func answer(
        _ exchange: Exchange, from model: ServedModel, by deadline: Instant, mayGiveUp: Bool
    ) async throws(GatewayError) -> Response {
        let worker = exchange.worker
        // What one account keeps is found nowhere else, so such requests always go to the same one.
        let targets = exchange.isBoundToAccount ? Array(model.targets.prefix(1)) : model.targets
        if mayGiveUp, picker.allAreEjected(targets, now: worker.now) { throw .noTargetLeft(model: model.name) }
        var course = TargetCourse(count: targets.count)
        var index = picker.pick(targets, tried: [], now: worker.now, size: { Self.size(of: exchange) }, random: { worker.random(below: $0) })
        var refusal: GatewayError?
        var failure: GatewayError?
        var isOnFreshConnection = false
        var number = 0
        while true {
            do {
                return try await call(to: targets[index], exchange, by: deadline, isOnFreshConnection).run()
            } catch {
                // A client that left as the failure came has left all the same.
                if let gone = exchange.cancellation.error { throw gone }
                let pause: Duration
                if case .fieldRefused = error {
                    // This target was not asked: one of another format may take what it cannot say.
                    refusal = refusal ?? error
                    course.ruleOut(index)
                    guard let next = pick(targets, course, exchange, by: deadline) else { throw failure ?? refusal ?? error }
                    index = next
                    guard let wish = course.wish(of: index, now: worker.now) else { continue }
                    guard let wait = wait(for: wish, number, by: deadline, worker) else { throw failure ?? error }
                    pause = wait
                } else {
                    failure = error
                    course.failed(index, error, now: worker.now)
                    guard number < policy.retry.attempts, policy.retry.on.include(error), let next = pick(targets, course, exchange, by: deadline),
                        let wait = wait(for: course.wish(of: next, now: worker.now), number, by: deadline, worker),
                        budget.takeRetry(now: worker.now)
                    else { throw error }
                    number += 1
                    exchange.record.retries += 1
                    pause = wait
                    index = next
                    // If the provider closed one idle connection, the others may be no better.
                    isOnFreshConnection = error.isLostConnection
                }
                try await worker.sleep(for: pause, cancellation: exchange.cancellation)
            }
        }
    }

    private func call(
        to target: Target, _ exchange: Exchange, by deadline: Instant, _ isOnFreshConnection: Bool
    ) throws(GatewayError) -> TargetCall {
        let left = exchange.worker.now.duration(to: deadline)
        guard left > .zero else {
            throw .upstreamTimedOut(provider: target.provider.name, phase: .total, afterMilliseconds: policy.timeouts.total.milliseconds)
        }
        var timeouts = policy.timeouts
        timeouts.totalLeft = left
        return TargetCall(
            exchange: exchange, target: target, transform: transform, timeouts: timeouts, ejection: policy.ejection,
            isOnFreshConnection: isOnFreshConnection)
    }

    /// - Returns: nil when no target is left that could be asked.
    private func pick(_ targets: [Target], _ course: TargetCourse, _ exchange: Exchange, by deadline: Instant) -> Int? {
        let worker = exchange.worker
        let now = worker.now
        let places = course.candidates(now: now, isHealthy: { !picker.isLeftOut(targets[$0], now: now) }) { seconds in
            // A wait that leaves no time to connect helps nobody.
            policy.retry.grants(seconds) && now + .seconds(seconds) + policy.timeouts.connect < deadline
        }
        guard !places.isEmpty else { return nil }
        let tried = Set(places.indices.filter { course.tried.contains(places[$0]) })
        let picked = picker.pick(
            places.map { targets[$0] }, tried: tried, now: worker.now, size: { Self.size(of: exchange) }, random: { worker.random(below: $0) })
        return places[picked]
    }

    /// What a request may come to, for comparing prices: most answers are far shorter than what is allowed.
    private static func size(of exchange: Exchange) -> Usage {
        let output = min(OutputWish(exchange)?.tokensMax ?? outputExpected, outputExpected)
        return Usage(input: InputEstimate.tokens(of: exchange.request.body), output: output, isEstimate: true)
    }

    private static let outputExpected = 512

    /// The pause before the next attempt.
    ///
    /// - Parameter wish: the seconds for which its target wants to be left alone.
    /// - Returns: nil when that is for too long.
    private func wait(for wish: Int?, _ number: Int, by deadline: Instant, _ worker: any WorkerServices) -> Duration? {
        guard let pause = policy.retry.pause(before: number, wish: wish, random: { worker.random(below: $0) }), worker.now + pause < deadline
        else { return nil }
        return pause
    }
}

extension GatewayError {
    fileprivate var isLostConnection: Bool { if case .upstreamConnectionLost = self { true } else { false } }
}
