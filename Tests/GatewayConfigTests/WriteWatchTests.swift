import MonotonicClock
import Testing

@testable import GatewayConfig

@Suite("Waiting for a file to be whole")
struct WriteWatchTests {
    private let begin = Instant.now
    private let written = Duration.seconds(1_800_000_000)

    private func stamp(bytes: Int = 10, writtenAt milliseconds: Int = 0) -> WriteWatch.Stamp {
        WriteWatch.Stamp(inode: 1, bytes: bytes, modified: written + .milliseconds(milliseconds))
    }

    private func judge(_ watch: inout WriteWatch, _ stamp: WriteWatch.Stamp?, at milliseconds: Int) -> WriteWatch.Verdict {
        watch.judge(stamp, timeOfDay: written + .milliseconds(milliseconds), now: begin.advanced(by: .milliseconds(milliseconds)))
    }

    @Test func `takes no time when nobody has written for 100 ms`() {
        var watch = WriteWatch(now: begin)

        #expect(watch.judge(stamp(), timeOfDay: written + .milliseconds(100), now: begin) == .settled)
    }

    @Test func `waits until a new file is 100 ms old`() {
        var watch = WriteWatch(now: begin)

        #expect(judge(&watch, stamp(), at: 10) == .wait)
        #expect(judge(&watch, stamp(), at: 90) == .wait)
        #expect(judge(&watch, stamp(), at: 100) == .settled)
    }

    @Test func `begins anew with every write, and gives up after a second`() {
        var watch = WriteWatch(now: begin)

        for moment in stride(from: 0, to: 1000, by: 50) { #expect(judge(&watch, stamp(bytes: moment, writtenAt: moment), at: moment) == .wait) }
        #expect(judge(&watch, stamp(bytes: 1000, writtenAt: 1000), at: 1000) == .givenUp)
    }

    @Test func `gives up also on a file that changes under every read`() {
        var watch = WriteWatch(now: begin)

        #expect(judge(&watch, nil, at: 999) == .wait)
        #expect(judge(&watch, nil, at: 1000) == .givenUp)
    }

    @Test func `believes a file from the future once it has stood still`() {
        var watch = WriteWatch(now: begin)

        #expect(judge(&watch, stamp(writtenAt: 3_600_000), at: 0) == .wait)
        #expect(judge(&watch, stamp(writtenAt: 3_600_000), at: 99) == .wait)
        #expect(judge(&watch, stamp(writtenAt: 3_600_000), at: 100) == .settled)
    }
}
