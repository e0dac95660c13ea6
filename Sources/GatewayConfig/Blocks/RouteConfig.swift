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
    /// In order: the first that holds says which model serves the request.
    package let switches: [SwitchConfig]
    package let upstream: UpstreamConfig
    /// In order: after a failure, the first rule further down whose conditions include it is tried.
    package private(set) var fallback: [FallbackConfig]

    package init(reading fields: inout Fields) {
        let name = fields.required("name", .name())
        self.name = name
        match = fields.block("match")
        authn = fields.block("authn")
        quota = fields.blocks("quota") { QuotaConfig(route: name, reading: &$0) }
        cache = fields.optionalBlock("cache")
        transform = fields.block("transform")
        switches = fields.blocks("switch") { SwitchConfig(reading: &$0) }
        upstream = fields.block("upstream")
        fallback = fields.blocks("fallback") { FallbackConfig(reading: &$0) }
        fields.finish()
    }

    func priced(by prices: PricesConfig, _ providers: [String: ProviderConfig]) -> RouteConfig {
        var route = self
        route.fallback = fallback.map { $0.priced(by: prices, providers) }
        return route
    }
}
