/// One entry of `models`: a name that apps ask for, and who can serve it.
package struct ModelConfig: Equatable, Sendable {
    package let name: String
    /// Never empty, and at least one has a weight above 0.
    package let targets: [TargetConfig]
}
