package import GatewayCore
package import JSONBytes

extension GatewayError {
    /// A client's body that cannot be used, and why: in words that quote nothing of it.
    package static func malformedBody(_ error: JSONError) -> GatewayError {
        // The message begins with what this error's own message says already.
        let message = error.message
        let reason = message.firstIndex(of: ":").map { message[message.index(after: $0)...].drop { $0 == " " } } ?? message[...]
        return .malformedBody(reason: String(reason))
    }
}
