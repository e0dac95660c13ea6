/// One entry of `callers`: who holds a key.
package struct CallerConfig: Equatable, Sendable {
    package let name: String
    package let team: String?
    /// Never empty; any of them is valid, so that keys can be rotated.
    package let keys: [KeyHash]
    /// Model names, as the client asks for them, that this caller may use; nil means all.
    package let models: [Glob]?
}
