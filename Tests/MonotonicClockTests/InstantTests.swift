import MonotonicClock
import Testing

@Suite("A moment of the monotonic clock")
struct InstantTests {
    @Test func `is never before an earlier one`() {
        var last = Instant.now
        for _ in 0..<10_000 {
            let now = Instant.now
            #expect(now >= last)
            last = now
        }
    }

    @Test func `runs as fast as the clock of the standard library`() async throws {
        let (theirs, ours) = (ContinuousClock.now, Instant.now)
        try await Task.sleep(for: .milliseconds(20))
        let took = ours.duration(to: .now)
        let atMost = theirs.duration(to: .now)

        #expect(took >= .milliseconds(20) && took <= atMost)
    }

    @Test(arguments: [
        Duration.zero, .nanoseconds(1), .nanoseconds(-1), .milliseconds(1500), .seconds(86_400 * 365 * 300), .seconds(-86_400 * 365 * 300),
    ])
    func `comes back from where it was moved`(duration: Duration) {
        let start = Instant.now
        let moved = start.advanced(by: duration)
        var added = start
        added += duration

        #expect(start.duration(to: moved) == duration)
        #expect(moved - start == duration)
        #expect(moved - duration == start)
        #expect(start + duration == moved && added == moved)
        #expect((start < moved) == (duration > .zero) && (start > moved) == (duration < .zero))
        #expect((start <= moved) == (duration >= .zero) && (start >= moved) == (duration <= .zero))
        #expect((start.hashValue == moved.hashValue) == (duration == .zero))
    }
}
