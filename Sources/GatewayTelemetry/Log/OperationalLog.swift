/// The gateway's own events: start, reload, drain, a target left out. One line of JSON each, on its way at once.
///
/// Fields hold names, numbers and diagnostics; a key, a prompt or a query never belongs in one.
package struct OperationalLog: Sendable {
    package typealias Field = (name: String, value: Value)

    package enum Value: Sendable, Equatable {
        case string(String)
        case int(Int)
        case bool(Bool)
        /// Written in milliseconds.
        case duration(Duration)
        case strings([String])
    }

    /// Longer values are cut: a diagnostic that lists a hundred mistakes has its place in `/status`.
    private static let valueBytesMax = 4 << 10
    private static let listed = 32

    private let writer: LogWriter
    private let settings: LogSettings
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since 1970, UTC.
    package init(writer: LogWriter, settings: LogSettings, now: @escaping @Sendable () -> Int64 = { TimeOfDay.nowMilliseconds() }) {
        self.writer = writer
        self.settings = settings
        self.now = now
    }

    package func debug(_ message: String, _ fields: Field...) { write(.debug, message, fields) }
    package func info(_ message: String, _ fields: Field...) { write(.info, message, fields) }
    package func warning(_ message: String, _ fields: Field...) { write(.warning, message, fields) }
    package func error(_ message: String, _ fields: Field...) { write(.error, message, fields) }

    /// What whoever looks for a cause must find in every log: written whatever the level.
    package func always(_ message: String, _ fields: Field...) { append(.info, message, fields) }

    package func write(_ level: LogLevel, _ message: String, _ fields: [Field]) {
        guard level >= settings.level else { return }
        append(level, message, fields)
    }

    private func append(_ level: LogLevel, _ message: String, _ fields: [Field]) {
        let buffer = LineBuffer()
        var line = JSONLine(into: buffer)
        line.field("ts", timestamp: now())
        line.field("level", level.name)
        line.field("msg", message, bytesMax: Self.valueBytesMax)
        for field in fields.prefix(Self.listed) { Self.append(field, to: &line) }
        line.finish()
        var bytes: [UInt8] = []
        buffer.append(to: &bytes)
        writer.appendUrgent(bytes)
    }

    private static func append(_ field: Field, to line: inout JSONLine) {
        line.escapedKey(field.name)
        switch field.value {
        case .string(let value): line.value(value, bytesMax: valueBytesMax)
        case .int(let value): line.value(value)
        case .bool(let value): line.value(value)
        case .duration(let value): line.value(milliseconds: value)
        case .strings(let values): line.value(strings: values.prefix(listed), bytesMax: 512)
        }
    }
}
