import GatewayCore

/// A provider and the model to ask for there.
package final class Target: Sendable {
    package let provider: Provider
    /// What the provider calls the model; nil passes on the name that the client used.
    package let model: String?
    /// The share of requests under `balance: weighted`. 0 takes requests only when the others cannot.
    package let weight: Int
    package let state: TargetState

    package init(provider: Provider, model: String?, weight: Int = 1, state: TargetState) {
        self.provider = provider
        self.model = model
        self.weight = weight
        self.state = state
    }

    /// As logs and counters name it.
    package var name: String { provider.name + "/" + (model ?? "*") }
}

/// A model of the file: a name that apps ask for, and who serves it.
package struct ServedModel: Sendable {
    package let name: String
    /// In the order of the file; never empty.
    package let targets: [Target]

    package init(name: String, targets: [Target]) {
        precondition(!targets.isEmpty, "a model has at least one target")
        self.name = name
        self.targets = targets
    }

    /// A target without a name of its own in the file.
    package init(only target: Target) { self.init(name: target.name, targets: [target]) }
}
