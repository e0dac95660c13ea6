/// A header field that the gateway adds to a request.
package struct HeaderSetting: Hashable, Sendable {
    /// Lower case.
    package let name: String
    /// A secret, since tenants and keys travel in headers too.
    package let value: Secret
}
