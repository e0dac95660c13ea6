package import GatewayCore

/// How one worker's connection to Redis does.
package enum RedisState: Equatable, Sendable {
    case connecting
    case up
    /// Commands are answered, some with this error: `OOM`, `MISCONF`, `NOPERM`, ….
    case refusing(code: String)
    /// The breaker is open: replies came too late, or not at all.
    case slow
    case down(RedisTrouble)
}

/// Is told how Redis does. Belongs to the client's loop.
package protocol RedisObserver: AnyObject {
    /// Told of changes only.
    func redisChanged(to state: RedisState)
    /// A connection was made after the first.
    func redisReconnected()
    /// - Parameter failure: of the operation as a whole; nil when it has a reply.
    func redisAnswered(after time: Duration, failure: RedisFailure?)
}
