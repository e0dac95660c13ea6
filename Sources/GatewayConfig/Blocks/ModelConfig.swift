/// One entry of `models`: a name that apps ask for, and who can serve it.
package struct ModelConfig: Equatable, Sendable {
    package let name: String
    /// Never empty, and at least one has a weight above 0.
    package private(set) var targets: [TargetConfig]
    /// The model whose prices "cheaper routing" is measured against; nil: this one's own dearest target.
    package let baseline: String?

    init(name: String, reading fields: inout Fields) {
        self.name = name
        targets = fields.blocks("targets") { TargetConfig(modelDefault: name, reading: &$0) }
        baseline = fields.optional("baseline", .modelName)
        if !fields.has("targets") {
            fields.reportMissing("targets", hint: "`targets: [{ provider: NAME, model: NAME }]`")
        } else if targets.isEmpty {
            fields.conflict("\(name) has no target, so nothing can serve it", at: "targets")
        } else if targets.allSatisfy({ $0.weight == 0 }) {
            fields.conflict("every target of \(name) has weight 0", at: "targets", hint: "give the one that is to be used a weight above 0")
        }
        fields.finish()
    }

    func priced(by prices: PricesConfig, _ providers: [String: ProviderConfig]) -> ModelConfig {
        var model = self
        model.targets = targets.map { $0.priced(by: prices, providers) }
        return model
    }
}
