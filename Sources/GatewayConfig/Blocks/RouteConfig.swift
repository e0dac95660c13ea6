/// One entry of `routes`: which requests it takes, and the filters they pass.
package struct RouteConfig: ConfigBlock, Equatable, Sendable {
    package let name: String
    package let match: MatchConfig
    package let authn: AuthnConfig
    /// All of them must have room.
    package let quota: [QuotaConfig]
    /// nil: answers are neither kept nor shared.
    package let cache: CacheConfig?
    package let transform: TransformConfig
    package let upstream: UpstreamConfig
    /// In order: after a failure, the first rule further down whose conditions include it is tried.
    package let fallback: [FallbackConfig]

    package init(reading fields: inout Fields) {
        let name = fields.required("name", .name())
        self.name = name
        match = fields.block("match")
        authn = fields.block("authn")
        quota = fields.blocks("quota") { QuotaConfig(route: name, reading: &$0) }
        cache = fields.optionalBlock("cache")
        transform = fields.block("transform")
        upstream = fields.block("upstream")
        fallback = fields.blocks("fallback") { FallbackConfig(reading: &$0) }
        fields.finish()
    }
}
