import GatewayConfig
import GatewayCore
package import HTTPWire

/// A route's edits of the heads of its answers: of all of them, also errors, and what a cache or a limit answers.
///
/// Made last, so that nothing is added behind them but the fields that let web pages read an answer (`listen.cors`).
package struct AnswerHeaderTransform: Sendable {
    private let set: [HeaderField]
    private let removed: Set<String>

    /// - Returns: nil when there is nothing to edit.
    init?(set: [HeaderField], remove: [String]) {
        guard !set.isEmpty || !remove.isEmpty else { return nil }
        self.set = set
        removed = Set(remove)
    }

    init?(_ config: TransformConfig.AnswerHeaders) { self.init(set: config.set.map(HeaderField.init), remove: config.remove) }

    package func apply(to fields: inout [HeaderField]) {
        fields.removeAll { field in removed.contains(field.name) || set.contains { $0.isNamed(field.name) } }
        fields += set
    }
}
