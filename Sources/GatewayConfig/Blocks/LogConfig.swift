/// The `log` block.
package struct LogConfig: Equatable, Sendable {
    /// The least severe line that is written.
    package enum Level: String, CaseIterable, Sendable { case debug, info, warning, error }

    /// Whether every request writes one line.
    package let access: Bool
    package let level: Level
}
