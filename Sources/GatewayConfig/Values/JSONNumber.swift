/// A number with the spelling that goes into a request.
package struct JSONNumber: Equatable, Sendable {
    package let value: Double
    /// A valid JSON number.
    package let text: String
}
