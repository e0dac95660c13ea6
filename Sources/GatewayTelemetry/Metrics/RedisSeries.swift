/// Why an operation has no reply of Redis, as metrics name it.
package enum RedisErrorKind: String, CaseIterable, Sendable {
    /// No connection, or the breaker was open: nothing was sent.
    case unavailable
    case timedOut = "timed_out"
    case connectionLost = "connection_lost"
    /// Redis answered with an error.
    case refused

    var index: Int {
        switch self {
        case .unavailable: 0
        case .timedOut: 1
        case .connectionLost: 2
        case .refused: 3
        }
    }
}

/// What one worker counts of Redis. Nothing of it is shown until the file names one.
struct RedisSeries: Sendable {
    /// nil: the file names no Redis.
    var isUp: Bool?
    var isBreakerOpen = false
    /// Also of the operations that got no reply: how long somebody waited.
    var operations = Histogram()
    /// By `RedisErrorKind`.
    var errors = InlineArray<4, UInt64>(repeating: 0)
    var reconnects: UInt64 = 0

    mutating func add(_ other: RedisSeries) {
        isUp = if let isUp, let other = other.isUp { isUp && other } else { isUp ?? other.isUp }
        isBreakerOpen = isBreakerOpen || other.isBreakerOpen
        operations.add(other.operations)
        for index in errors.indices { errors[index] &+= other.errors[index] }
        reconnects &+= other.reconnects
    }
}
