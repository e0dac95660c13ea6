package import GatewayConfig
import GatewayDialects
import Synchronization
import WebTokens

/// What outlives a reload: counters, cached answers, how targets have been doing. Shared by all workers.
package final class SharedState: Sendable {
    /// The memory behind every route's cache, and who is waiting for what. Other bounds make another one: entries are lost then.
    struct Cache: Sendable {
        let config: CacheStoreConfig
        let store: MemoryCacheStore
        let flights: FlightTable

        init(_ config: CacheStoreConfig) {
            self.config = config
            store = MemoryCacheStore(bytesMax: config.memoryBytesMax, entryBytesMax: config.entryBytesMax)
            flights = FlightTable(bytesMax: max(config.entryBytesMax, config.memoryBytesMax / 4))
        }
    }

    let quota = MemoryQuotaStore()
    let targets = TargetStateTable()
    let seals = ChatSeals()
    private let cache: Mutex<Cache>
    private let tokens = Mutex<(configs: [JWTConfig], table: TokenTable?)>(([], nil))
    private let report: @Sendable (KeySetNews) -> Void

    /// - Parameter report: tells the operator about an issuer's keys; called on whatever worker found out.
    package init(_ configuration: Configuration, report: @escaping @Sendable (KeySetNews) -> Void = { _ in }) {
        cache = Mutex(Cache(configuration.cache))
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

    func cache(_ config: CacheStoreConfig) -> Cache {
        cache.withLock { cache in
            if cache.config != config { cache = Cache(config) }
            return cache
        }
    }

    /// Forgets what `pipeline`, the live one from now on, has no use for.
    package func keep(_ pipeline: Pipeline) {
        targets.keep(pipeline.targets)
    }
}
