import MonotonicClock

/// Keeps commands back while Redis answers too late: each would cost its caller the whole deadline.
///
/// Opens after `timeoutsMax` time-outs in a row. From then on one probe at a time asks; one that is answered within the deadline closes it.
struct RedisBreaker {
    static let timeoutsMax = 5
    static let firstPause = Duration.milliseconds(250)
    static let longestPause = Duration.seconds(2)
    /// Who opens again sooner than this after closing waits twice as long.
    static let probation = Duration.seconds(10)

    private(set) var isOpen = false
    /// How long to wait before the next probe.
    private(set) var pause = Self.firstPause
    private var timeoutsInRow = 0
    private var closedAt: Instant?

    mutating func answered() { timeoutsInRow = 0 }

    /// - Returns: true when this opened the breaker.
    mutating func timedOut(at now: Instant) -> Bool {
        guard !isOpen else { return false }
        timeoutsInRow += 1
        guard timeoutsInRow >= Self.timeoutsMax else { return false }
        isOpen = true
        let opensAgain = closedAt.map { $0.duration(to: now) < Self.probation } ?? false
        pause = opensAgain ? min(pause * 2, Self.longestPause) : Self.firstPause
        return true
    }

    /// A probe was answered in time.
    mutating func close(at now: Instant) {
        isOpen = false
        timeoutsInRow = 0
        closedAt = now
    }
}
