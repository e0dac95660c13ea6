package import GatewayConfig

/// What outlives a reload: counters, cached answers, how targets have been doing. Shared by all workers.
package final class SharedState: Sendable {
    let quota = MemoryQuotaStore()
    let targets = TargetStateTable()

    package init(_ configuration: Configuration) {
    }

    /// Forgets what `pipeline`, the live one from now on, has no use for.
    package func keep(_ pipeline: Pipeline) {
        targets.keep(pipeline.targets)
    }
}
