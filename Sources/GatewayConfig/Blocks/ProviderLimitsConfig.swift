/// The `limits` block of a provider: how large its answers may be.
package struct ProviderLimitsConfig: Equatable, Sendable {
    package let responseHeaderBytesMax: Int
    /// A whole answer that is not streamed.
    package let responseBodyBytesMax: Int
    /// One event of a streamed answer.
    package let eventBytesMax: Int
}
