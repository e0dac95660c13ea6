package import GatewayCore
package import GatewayDialects
package import JSONBytes

/// A provider and the model to ask for there.
package final class Target: Sendable {
    package let provider: Provider
    /// What the provider calls the model; nil passes on the name that the client used.
    package let model: String?
    /// The share of requests under `balance: weighted`. 0 takes requests only when the others cannot.
    package let weight: Int
    package let state: TargetState
    /// nil: nobody has said what it costs.
    package let price: Price?
    /// Leaves out of the provider's body what the model refuses; nil: it refuses nothing.
    package let drops: JSONEditPlan?
    private let outputTokensMax: Int?
    private let takesBudgets: Bool
    private let budgets: [ChatReasoning.Effort: Int]

    /// - Parameters:
    ///   - outputTokensMax: for clients that set none, where the dialect requires a number.
    ///   - budgets: tokens for thinking, by the client's words; those that are missing have the standard ones.
    package init(
        provider: Provider, model: String?, weight: Int = 1, state: TargetState, price: Price? = nil, drops: JSONEditPlan? = nil,
        outputTokensMax: Int? = nil, takesBudgets: Bool = false, budgets: [ChatReasoning.Effort: Int] = [:]
    ) {
        self.provider = provider
        self.model = model
        self.weight = weight
        self.state = state
        self.price = price
        self.drops = drops
        self.outputTokensMax = outputTokensMax
        self.takesBudgets = takesBudgets
        self.budgets = ChatTargetFacts.standardBudgets.merging(budgets) { $1 }
    }

    /// What a translation has to know of it.
    ///
    /// - Parameter asked: the model as the client named it.
    func facts(asked: String?) -> ChatTargetFacts {
        ChatTargetFacts(
            model: model ?? asked ?? "", outputTokensMax: outputTokensMax, reasoningBudgets: budgets, takesBudgets: takesBudgets,
            quirks: provider.quirks)
    }

    /// As logs and counters name it.
    package var name: String { provider.name + "/" + (model ?? "*") }
}

/// A model of the file: a name that apps ask for, and who serves it.
package final class ServedModel: Sendable {
    package let name: String
    /// In the order of the file; never empty.
    package let targets: [Target]
    /// What "cheaper routing" is measured against; nil where nothing has a price.
    package let baseline: PriceBaseline?

    /// - Parameter baseline: the targets to compare prices with; nil: the model's own.
    package init(name: String, targets: [Target], baseline: [Target]? = nil) {
        precondition(!targets.isEmpty, "a model has at least one target")
        self.name = name
        self.targets = targets
        self.baseline = PriceBaseline((baseline ?? targets).compactMap(\.price))
    }

    /// A target without a name of its own in the file.
    package convenience init(only target: Target) { self.init(name: target.name, targets: [target]) }
}
