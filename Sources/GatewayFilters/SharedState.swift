package import GatewayConfig
import GatewayDialects
import Synchronization
import WebTokens

/// What outlives a reload: counters, cached answers, how targets have been doing. Shared by all workers.
package final class SharedState: Sendable {
    /// The memory behind every route's cache, and who is waiting for what. Other bounds make another one: entries are lost then.
    private struct Cache: Sendable {
        let config: CacheStoreConfig
        let state: CacheState

        init(_ config: CacheStoreConfig, _ marks: PurgeMarks) {
            self.config = config
            state = CacheState(
                store: MemoryCacheStore(bytesMax: config.memoryBytesMax, entryBytesMax: config.entryBytesMax),
                flights: FlightTable(bytesMax: max(config.entryBytesMax, config.memoryBytesMax / 4)), marks: marks,
                redis: config.usesRedis ? RedisCacheTier(RedisCacheTier.Limits(config)) : nil)
        }
    }

    let quota = MemoryQuotaStore()
    let outputs = OutputHistory()
    package let meters = QuotaMeters()
    private let quotaSettings: RedisQuotaSettings
    let redisQuota: RedisQuotaStore
    let targets = TargetStateTable()
    let seals = ChatSeals()
    let retries = RetryBucketTable()
    let credentials: CredentialTable
    private let purges = PurgeMarks()
    private let current: Mutex<Cache>
    private let tokens = Mutex<(configs: [JWTConfig], table: TokenTable?)>(([], nil))
    private let report: @Sendable (KeySetNews) -> Void

    /// - Parameters:
    ///   - report: tells the operator about an issuer's keys; called on whatever worker found out.
    ///   - credentials: of providers in clouds.
    package init(
        _ configuration: Configuration, report: @escaping @Sendable (KeySetNews) -> Void = { _ in },
        credentials: CredentialTable = CredentialTable()
    ) {
        self.credentials = credentials
        current = Mutex(Cache(configuration.cache, purges))
        quotaSettings = RedisQuotaSettings(lease: configuration.quota.lease)
        redisQuota = RedisQuotaStore(memory: quota, prefix: "quota:", settings: quotaSettings)
        self.report = report
    }

    /// The issuers of a file. Where none of them has changed, the tokens that were checked stay; where one has, all are checked again, and
    /// the issuers with the same source of keys keep those.
    func tokens(_ configs: [JWTConfig]) -> TokenTable? {
        tokens.withLock { known in
            guard known.configs != configs else { return known.table }
            let issuers = configs.map { config in
                let old = zip(known.configs, known.table?.issuers ?? []).first { old, _ in
                    old.name == config.name && old.keys == config.keys && old.rules.algorithms == config.rules.algorithms
                }
                return TokenIssuer(config, keys: old?.1.keys, report: report)
            }
            known = (configs, issuers.isEmpty ? nil : TokenTable(issuers))
            return known.table
        }
    }

    /// What is behind the caches of the live configuration.
    package var cache: CacheState { current.withLock(\.state) }

    func cache(_ config: CacheStoreConfig) -> CacheState {
        current.withLock { cache in
            if cache.config != config { cache = Cache(config, purges) }
            return cache.state
        }
    }

    /// Entries that Redis has not been told yet: they should leave before the process ends.
    package var unsettledCount: Int { quotaSettings.backlog.load(ordering: .relaxed) }
    /// Entries that Redis will not be told.
    package var lostEntryCount: Int { quotaSettings.lost.load(ordering: .relaxed) }

    /// Forgets what `pipeline`, the live one from now on, has no use for.
    package func keep(_ pipeline: Pipeline) {
        targets.keep(pipeline.targets)
        retries.keep(Set(pipeline.configuration.routes.map(\.name)))
        quotaSettings.lease = pipeline.configuration.quota.lease
        credentials.keep(pipeline.targets)
    }
}

extension RedisCacheTier.Limits {
    init(_ config: CacheStoreConfig) {
        self.init(compressedBytesMin: config.compressedBytesMin, entryBytesMax: config.entryBytesMax, waitMax: config.waitMax)
    }
}
