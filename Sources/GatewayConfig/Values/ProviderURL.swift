/// Where a provider's API begins.
package struct ProviderURL: Hashable, Sendable, CustomStringConvertible {
    package let isTLS: Bool
    /// Lower case; an IPv6 address in brackets.
    package let host: String
    package let port: Int
    /// Put in front of every API path: empty, or `/v1` without a slash at the end.
    package let path: String

    /// Without the port where the scheme implies it.
    package var description: String {
        let scheme = isTLS ? "https" : "http"
        let suffix = port == (isTLS ? 443 : 80) ? "" : ":\(port)"
        return "\(scheme)://\(host)\(suffix)\(path)"
    }
}
