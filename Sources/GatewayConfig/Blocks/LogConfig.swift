/// The `log` block.
package struct LogConfig: ConfigBlock, Equatable, Sendable {
    /// The least severe line that is written.
    package enum Level: String, CaseIterable, Sendable { case debug, info, warning, error }

    /// Whether every request writes one line.
    package let access: Bool
    package let level: Level

    package init(reading fields: inout Fields) {
        access = fields.flag("access", default: true)
        level = fields.choice("level", default: .info)
        fields.finish()
    }
}
