/// One entry of `routes`: which requests it takes, and the filters they pass.
package struct RouteConfig: Equatable, Sendable {
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
}
