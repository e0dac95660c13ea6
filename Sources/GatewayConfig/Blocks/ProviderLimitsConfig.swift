/// The `limits` block of a provider: how large its answers may be.
package struct ProviderLimitsConfig: ConfigBlock, Equatable, Sendable {
    package let responseHeaderBytesMax: Int
    /// A whole answer that is not streamed.
    package let responseBodyBytesMax: Int
    /// One event of a streamed answer.
    package let eventBytesMax: Int

    package init(reading fields: inout Fields) {
        responseHeaderBytesMax = fields.size("response_header", in: .kibibyte ... .mebibyte, default: 64 * .kibibyte)
        responseBodyBytesMax = fields.size("response_body", in: .kibibyte ... .gibibyte, default: 64 * .mebibyte)
        eventBytesMax = fields.size("event", in: .kibibyte...256 * .mebibyte, default: 8 * .mebibyte)
        fields.finish()
    }
}
