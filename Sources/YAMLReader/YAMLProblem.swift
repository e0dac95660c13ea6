/// A mistake in the YAML itself, before anyone asks what it means.
package struct YAMLProblem: Error, Equatable, Sendable {
    package let position: Position
    package let message: String
    package let hint: String?

    init(_ message: String, at position: Position, hint: String? = nil) {
        self.message = message
        self.position = position
        self.hint = hint
    }
}
