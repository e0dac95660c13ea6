import GatewayCore
import GatewayDialects

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
    func deadline(of exchange: Exchange) -> ContinuousClock.Instant {
        budget.countRequest()
        return exchange.worker.now.advanced(by: policy.timeouts.total)
    }

    func countFallback(of exchange: Exchange) { budget.takeFallback(now: exchange.worker.now) }

    /// - Parameter mayGiveUp: somebody else can be asked, so targets that are all left out need not be bothered.
    /// - Throws: the last attempt's failure; `noTargetLeft` when none was made.
    func answer(
        _ exchange: Exchange, from model: ServedModel, by deadline: ContinuousClock.Instant, mayGiveUp: Bool
    ) async throws(GatewayError) -> Response {
        let worker = exchange.worker
        // What one account keeps is found nowhere else, so such requests always go to the same one.
        let targets = exchange.isBoundToAccount ? Array(model.targets.prefix(1)) : model.targets
        if mayGiveUp, picker.allAreEjected(targets, now: worker.now) { throw .noTargetLeft(model: model.name) }
        var tried: Set<Int> = []
        var refusal: GatewayError?
        var index = pick(targets, tried, exchange)
        var isOnFreshConnection = false
        var number = 0
        while true {
            do {
                return try await call(to: targets[index], exchange, by: deadline, isOnFreshConnection).run()
            } catch {
                // A client that left as the failure came has left all the same.
                if let gone = exchange.cancellation.error { throw gone }
                if case .fieldRefused = error {
                    // Nobody has been asked yet: a target of another format may take what this one's cannot say.
                    refusal = refusal ?? error
                    tried.insert(index)
                    guard tried.count < targets.count else { throw refusal ?? error }
                    index = pick(targets, tried, exchange)
                    continue
                }
                guard number < policy.retry.attempts, policy.retry.on.include(error) else { throw error }
                tried.insert(index)
                let next = pick(targets, tried, exchange)
                guard let pause = pause(after: error, number, isSameTarget: next == index, worker), worker.now + pause < deadline,
                    budget.takeRetry(now: worker.now)
                else { throw error }
                number += 1
                exchange.record.retries += 1
                try await worker.sleep(for: pause, cancellation: exchange.cancellation)
                index = next
                // If the provider closed one idle connection, the others may be no better.
                isOnFreshConnection = error.isLostConnection
            }
        }
    }

    private func call(
        to target: Target, _ exchange: Exchange, by deadline: ContinuousClock.Instant, _ isOnFreshConnection: Bool
    ) throws(GatewayError) -> TargetCall {
        let left = exchange.worker.now.duration(to: deadline)
        guard left > .zero else {
            throw .upstreamTimedOut(provider: target.provider.name, phase: .total, afterMilliseconds: policy.timeouts.total.milliseconds)
        }
        var timeouts = policy.timeouts
        timeouts.total = left
        return TargetCall(
            exchange: exchange, target: target, transform: transform, timeouts: timeouts, ejection: policy.ejection,
            isOnFreshConnection: isOnFreshConnection)
    }

    private func pick(_ targets: [Target], _ tried: Set<Int>, _ exchange: Exchange) -> Int {
        let worker = exchange.worker
        return picker.pick(targets, tried: tried, now: worker.now, size: { Self.size(of: exchange) }, random: { worker.random(below: $0) })
    }

    /// What a request may come to, for comparing prices: most answers are far shorter than what is allowed.
    private static func size(of exchange: Exchange) -> Usage {
        let output = min(OutputWish(exchange)?.tokensMax ?? outputExpected, outputExpected)
        return Usage(input: InputEstimate.tokens(of: exchange.request.body), output: output, isEstimate: true)
    }

    private static let outputExpected = 512

    /// nil when asking again makes no sense: the provider wants to be left alone for too long, or has no money left for us.
    private func pause(after error: GatewayError, _ number: Int, isSameTarget: Bool, _ worker: any WorkerServices) -> Duration? {
        var wish: Int?
        if isSameTarget, case .upstreamFailed(let failure) = error {
            if failure.isQuotaSpent { return nil }
            wish = failure.retryAfterSeconds
        }
        return policy.retry.pause(before: number, wish: wish) { worker.random(below: $0) }
    }
}

extension GatewayError {
    fileprivate var isLostConnection: Bool { if case .upstreamConnectionLost = self { true } else { false } }
}
