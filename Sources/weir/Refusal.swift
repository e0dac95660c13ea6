import ArgumentParser
import GatewayConfig

/// Ends a command with exit code 1 and a message on standard error.
struct Refusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Configuration mistakes, one to a line.
    static func wrap<Value>(_ body: () throws(ConfigurationErrors) -> Value) throws -> Value {
        do { return try body() } catch {
            Host.writeError(error.description + "\n")
            throw ExitCode(1)
        }
    }
}
