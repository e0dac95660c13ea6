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
        if !config.models.isEmpty {
            guard let name = exchange.model, config.models.contains(where: { $0.matches(name) }) else { return false }
        }
        if let spent = config.spent {
            guard let limit = exchange.limitsInUse.first(where: { $0.name == spent.limit }), limit.isSpent(percent: spent.percent) else {
                return false
            }
        }
        switch config.inputTokens {
        case .above(let bound): return inputTokens() > bound
        case .below(let bound): return inputTokens() < bound
        case nil: return true
        }
    }
}
