/// Why a configuration was refused: every mistake in it, in the order of the file, with the warnings between them.
package struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    package let diagnostics: [Diagnostic]

    package var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
