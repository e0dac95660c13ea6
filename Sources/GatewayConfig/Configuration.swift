/// A checked `gateway.yaml`: everything in it can be served as it stands.
///
/// Every name that one part gives to another (provider, model, caller) exists. Lists keep the order of the file.
package struct Configuration: Equatable, Sendable {
    /// How many workers to start; nil means as many as the CPU limit of the cgroup allows. Takes effect at start only.
    package let workers: Int?
    /// How long open requests may go on after SIGTERM.
    package let drain: Duration
    package let listen: ListenConfig
    package let admin: AdminConfig
    package let log: LogConfig
    /// The store behind every route's `cache` block.
    package let cache: CacheStoreConfig
    /// What all limits have in common.
    package let quota: QuotaStoreConfig
    /// nil: quotas and cache are this process's own.
    package let redis: RedisConfig?
    package let providers: [ProviderConfig]
    /// For targets that say no price; what they take from here stands at the target already.
    package let prices: PricesConfig
    package let models: [ModelConfig]
    package let callers: [CallerConfig]
    /// Whose tokens are taken.
    package let jwt: [JWTConfig]
    /// In matching order: the first that matches a request serves it.
    package let routes: [RouteConfig]
}
