package import MonotonicClock
import Synchronization

/// All that `/metrics` shows: one shard for each worker, and what the process as a whole knows about its file.
package final class MetricsRegistry: Sendable {
    /// What is known about the file that is live.
    struct Reloads: Sendable {
        var lastSuccessful = false
        /// Milliseconds since 1970; nil before the first file was taken.
        var lastSuccessMilliseconds: Int64?
        var loaded: UInt64 = 0
        var unchanged: UInt64 = 0
        var refused: UInt64 = 0
        var hash = ""
        var generation = 0
    }

    /// What there is when nothing else is said: far more than the label combinations of a large file.
    package static let seriesKeysMax = 10_000

    package let shards: [MetricsShard]
    let build: [(name: String, value: String)]
    let log: LogWriter?
    private let reloads = Mutex(Reloads())
    private let cache = Mutex<(@Sendable () -> CacheFigures)?>(nil)

    /// - Parameters:
    ///   - build: the labels of `weir_build_info`: versions of the gateway and of its libraries.
    ///   - log: whose lost lines are shown.
    ///   - seriesKeysMax: bound on label combinations; the rest is counted as `other`.
    ///   - now: tells how long a worker has not been heard of.
    package init(
        workers: Int, build: [(name: String, value: String)], log: LogWriter? = nil, seriesKeysMax: Int = MetricsRegistry.seriesKeysMax,
        now: @escaping @Sendable () -> Instant = { .now }
    ) {
        let directory = SeriesDirectory(keysMax: seriesKeysMax)
        shards = (0..<workers).map { _ in MetricsShard(directory: directory, now: now) }
        self.build = build
        self.log = log
    }

    package func shard(worker: Int) -> MetricsShard { shards[worker] }

    /// Requests that have begun and not ended, over all workers.
    package var inflight: Int { shards.reduce(0) { $0 + $1.inflightCount } }

    package var workersReady: Int { shards.count { $0.isReady } }

    /// A file was read, checked and is live: at the start, and after a reload that changed something.
    package func configurationLoaded(hash: String, generation: Int, atMilliseconds now: Int64 = TimeOfDay.nowMilliseconds()) {
        reloads.withLock { reloads in
            reloads.loaded += 1
            reloads.hash = hash
            reloads.generation = generation
            reloads.succeeded(at: now)
        }
    }

    /// The file was read and checked and is the live one, so nothing changed. A bad file that was rolled back ends here:
    /// the last reload is a success again.
    package func configurationUnchanged(atMilliseconds now: Int64 = TimeOfDay.nowMilliseconds()) {
        reloads.withLock { reloads in
            reloads.unchanged += 1
            reloads.succeeded(at: now)
        }
    }

    /// The file was refused; the one before stays live.
    package func configurationRefused() {
        reloads.withLock { reloads in
            reloads.refused += 1
            reloads.lastSuccessful = false
        }
    }

    /// From now on the page shows what the cache holds.
    package func showCache(_ figures: @escaping @Sendable () -> CacheFigures) { cache.withLock { $0 = figures } }

    func cacheFigures() -> CacheFigures { cache.withLock { $0 }?() ?? CacheFigures() }

    /// What each route has spent and saved since the start, in the order of their names.
    package var bills: [(route: String, bill: BillSeries)] {
        MergedSeries(shards.map { $0.snapshot().tables }).routes.map { ($0.route, $0.series.bill) }
    }

    var reloadState: Reloads { reloads.withLock { $0 } }

    /// Appends the page of `GET /metrics`, of type `MetricsRegistry.contentType`.
    package func render(into page: inout [UInt8]) {
        MetricsPage(registry: self, process: ProcessMetrics.read()).render(into: &page)
    }

    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}

extension MetricsRegistry.Reloads {
    fileprivate mutating func succeeded(at milliseconds: Int64) {
        lastSuccessful = true
        lastSuccessMilliseconds = milliseconds
    }
}
