/// A provider and the name of a model there.
package struct TargetConfig: Hashable, Sendable {
    package let provider: String
    /// What the provider calls the model; the model's own name when the file does not say.
    package let model: String
    /// The share of requests under `balance: weighted`. 0 takes requests only when the others have failed.
    package let weight: Int
}
