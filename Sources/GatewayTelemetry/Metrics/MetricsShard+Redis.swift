import Synchronization

extension MetricsShard {
    /// - Parameter isUp: nil when the file names no Redis (any more).
    package func redisChanged(isUp: Bool?, isBreakerOpen: Bool) {
        redis.withLock {
            $0.isUp = isUp
            $0.isBreakerOpen = isBreakerOpen
        }
    }

    package func redisReconnected() {
        redis.withLock { $0.reconnects &+= 1 }
    }

    package func redisAnswered(after time: Duration, error: RedisErrorKind?) {
        redis.withLock {
            $0.operations.observe(time, in: .overhead)
            if let error { $0.errors[error.index] &+= 1 }
        }
    }
}
