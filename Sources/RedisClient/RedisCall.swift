import EventLoop
import GatewayCore
import MonotonicClock

/// One command that was sent and whose reply is awaited. Belongs to its connection's loop.
final class RedisCall {
    let deadline: Instant
    private(set) var outcome: RedisOutcome?
    private let signal = LoopSignal()

    init(deadline: Instant) { self.deadline = deadline }

    /// The first outcome counts: a reply that comes after the deadline is dropped.
    func finish(_ outcome: RedisOutcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        signal.signal()
    }

    func wait() async -> RedisOutcome {
        while true {
            if let outcome { return outcome }
            await signal.wait()
        }
    }
}
