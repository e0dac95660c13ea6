import MonotonicClock

/// The calls of one connection in the order of their replies.
struct RedisCallQueue {
    private var calls: [RedisCall] = []
    /// What stands before it has its reply.
    private var first = 0

    var count: Int { calls.count - first }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ call: RedisCall) { calls.append(call) }

    mutating func popFirst() -> RedisCall? {
        guard first < calls.count else { return nil }
        defer {
            first += 1
            if first == calls.count || first >= 1024 {
                calls.removeFirst(first)
                first = 0
            }
        }
        return calls[first]
    }

    /// Ends the wait of the calls whose deadline has come; they keep their place, for their replies may still come.
    ///
    /// - Returns: the next deadline; nil when nobody waits.
    func expire(at now: Instant) -> Instant? {
        var next: Instant?
        for call in calls[first...] where call.outcome == nil {
            if call.deadline <= now {
                call.finish(.failure(.timedOut))
            } else {
                next = min(next ?? call.deadline, call.deadline)
            }
        }
        return next
    }
}
