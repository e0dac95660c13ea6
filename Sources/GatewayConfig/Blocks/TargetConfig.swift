/// A provider and the name of a model there.
package struct TargetConfig: Hashable, Sendable {
    package let provider: String
    /// What the provider calls the model; the model's own name when the file does not say.
    package let model: String
    /// The share of requests under `balance: weighted`. 0 takes requests only when the others have failed.
    package let weight: Int

    /// - Parameter modelDefault: the name of the model that the target serves.
    init(modelDefault: String, reading fields: inout Fields) {
        provider = fields.required("provider", .name())
        model = fields.value("model", .modelName, default: modelDefault)
        weight = fields.integer("weight", in: 0...1000, default: 1)
        fields.finish()
    }

    /// The one target of a fallback rule.
    init(fallback fields: inout Fields) {
        provider = fields.required("provider", .name())
        model = fields.required("model", .modelName)
        weight = 1
        fields.finish()
    }
}
