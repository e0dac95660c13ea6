/// The block `quota` at the top of the file: what all limits have in common.
package struct QuotaStoreConfig: ConfigBlock, Equatable, Sendable {
    /// How many gateways share the limits: each holds to its part of them while Redis cannot be asked.
    package let pods: Int?
    /// After this, what a gateway that died held for its open calls is free again. Those that live renew it.
    package let lease: Duration

    package init(reading fields: inout Fields) {
        pods = fields.optional("pods", .integer(in: 1...10_000))
        lease = fields.duration("lease", in: .seconds(1) ... .seconds(3600), default: .seconds(30))
        fields.finish()
    }
}
