/// One mistake in a configuration, at its place.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Sendable { case error, warning }

    package let file: String
    /// From 1; 0 where the file as a whole is meant.
    package let line: Int
    package let column: Int
    package let severity: Severity
    package let message: String
    /// What to write instead.
    package let hint: String?

    /// `gateway.yaml:7:5: error: …`, and the hint on a line of its own.
    package var description: String {
        let place = line == 0 ? file : "\(file):\(line):\(column)"
        let text = "\(place): \(severity.rawValue): \(message)"
        return hint.map { "\(text)\n  hint: \($0)" } ?? text
    }
}
