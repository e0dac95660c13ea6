import GatewayCore
import GatewayTelemetry
import RedisClient

/// Passes on what one worker's client tells of Redis. Belongs to the worker.
final class RedisWatch: RedisObserver {
    private let worker: Int
    private let monitor: RedisMonitor
    private let metrics: MetricsShard

    init(worker: Int, monitor: RedisMonitor, metrics: MetricsShard) {
        self.worker = worker
        self.monitor = monitor
        self.metrics = metrics
    }

    /// Another client takes over, or none.
    func begin(_ settings: RedisSettings?) {
        monitor.began(worker: worker, settings)
        metrics.redisChanged(isUp: settings == nil ? nil : false, isBreakerOpen: false)
    }

    func redisChanged(to state: RedisState) {
        monitor.changed(worker: worker, to: state)
        metrics.redisChanged(isUp: state == .up, isBreakerOpen: state == .slow)
    }

    func redisReconnected() { metrics.redisReconnected() }

    func redisAnswered(after time: Duration, failure: RedisFailure?) {
        metrics.redisAnswered(after: time, error: failure.map { RedisErrorKind($0) })
    }
}

extension RedisErrorKind {
    fileprivate init(_ failure: RedisFailure) {
        self =
            switch failure {
            case .unavailable: .unavailable
            case .timedOut: .timedOut
            case .connectionLost: .connectionLost
            case .refused: .refused
            }
    }
}
