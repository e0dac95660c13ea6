package import GatewayConfig
import GatewayCore

/// Another model in place of the one that was asked for, by what the request may come to or what is left of a limit.
package struct ModelSwitch: Sendable {
    package let model: ServedModel
    private let config: SwitchConfig

    package init(_ config: SwitchConfig, to model: ServedModel) {
        self.config = config
        self.model = model
    }

    /// - Parameter inputTokens: what the provider may read of the request; asked for only if the rule is about that.
    func holds(for exchange: Exchange, inputTokens: () -> Int) -> Bool {
        config.holds(for: exchange, inputTokens: inputTokens)
    }
}

extension SwitchConfig {
    func holds(for exchange: Exchange, inputTokens: () -> Int) -> Bool {
        guard isAbout(exchange.model), spent == nil || isSpent(for: exchange) else { return false }
        switch self.inputTokens {
        case .above(let bound): return inputTokens() > bound
        case .below(let bound): return inputTokens() < bound
        case nil: return true
        }
    }

    private func isAbout(_ model: String?) -> Bool { models.isEmpty || model.map { name in models.contains { $0.matches(name) } } ?? false }

    /// Whether the limit that the rule waits for has been used up so far.
    private func isSpent(for exchange: Exchange) -> Bool {
        guard let spent, let limit = exchange.limitsInUse.first(where: { $0.name == spent.limit }) else { return false }
        return limit.isSpent(percent: spent.percent)
    }
}
