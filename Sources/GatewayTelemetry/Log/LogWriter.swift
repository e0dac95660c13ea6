import Dispatch
import GatewayCore
import Synchronization

/// Writes log lines to a descriptor without ever making a worker wait.
///
/// Each worker has a lane of its own; one more is for the gateway's own events. The first line after a pause schedules one
/// drain 100 ms later, on the writer's own queue, which empties every lane: lines cost no wake-up of their own. When the reader of
/// the descriptor stops, the lanes fill up to their share of `bytesMax`, and then lines are dropped whole and counted.
package final class LogWriter: Sendable {
    /// How long a line may wait before it is written.
    package static let delayMilliseconds = 100

    private let descriptor: Int32
    private let lanes: [LogLane]
    private let isDrainScheduled = Atomic(false)
    private let queue = DispatchQueue(label: "weir.log")
    /// How often a drain was scheduled; tests look at it.
    let drainsScheduled = Atomic(0)

    /// Has the process ignore `SIGPIPE`: a log reader that goes away must not end the gateway.
    ///
    /// - Parameters:
    ///   - descriptor: stays open for as long as the writer is used; blocking or not.
    ///   - bytesMax: for all lines that wait, together.
    package init(descriptor: Int32, workers: Int, bytesMax: Int = 4 << 20) {
        POSIX.ignoreBrokenPipes()
        self.descriptor = descriptor
        let share = bytesMax / (workers + 1)
        lanes = (0...workers).map { _ in LogLane(bytesMax: share) }
    }

    /// Lines given up so far, because the reader did not keep up or went away.
    package var droppedLines: UInt64 { lanes.reduce(0) { $0 &+ $1.droppedLines } }

    /// Queues one line, its line feed included. From the worker of that number alone.
    func append(_ line: borrowing [UInt8], worker: Int) { act(on: lanes[worker + 1].append(line)) }

    /// As the other, without an array for the line.
    func append(_ line: LineBuffer, worker: Int) { act(on: lanes[worker + 1].append(line)) }

    private func act(on outcome: LogLane.Outcome) {
        switch outcome {
        case .queued: scheduleDrain()
        case .filling: drainSoon()
        case .dropped: break  // the drain that will make room is scheduled or stalled
        }
    }

    /// Queues one line of the gateway's own and has it written at once. From any thread.
    func appendUrgent(_ line: borrowing [UInt8]) {
        _ = lanes[0].append(line)
        drainSoon()
    }

    /// Waits until all lines queued before are written. Not from a worker.
    ///
    /// - Returns: false when the reader did not take them in time; they are still queued.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            done.signal()
        }
        let nanoseconds = Int(clamping: max(0, limit.wholeNanoseconds))
        return done.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
    }

    private func scheduleDrain() {
        guard !isDrainScheduled.load(ordering: .relaxed) else { return }
        guard !isDrainScheduled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        drainsScheduled.add(1, ordering: .relaxed)
        queue.asyncAfter(deadline: .now() + .milliseconds(Self.delayMilliseconds)) { self.drain() }
    }

    private func drainSoon() {
        drainsScheduled.add(1, ordering: .relaxed)
        queue.async { self.drain() }
    }

    /// On the queue alone.
    private func drain() {
        // Cleared first: a line appended after its lane was emptied finds it false, by the lane's lock, and schedules the next drain.
        isDrainScheduled.store(false, ordering: .releasing)
        var spare: [UInt8] = []
        for lane in lanes {
            let lines = lane.take(leaving: spare)
            lane.written(lost: write(lines))
            spare = LogLane.emptied(lines)
        }
    }

    /// - Returns: how many lines could not be written.
    private func write(_ lines: [UInt8]) -> UInt64 {
        var start = 0
        while start < lines.count {
            switch POSIX.write(lines, from: start, to: descriptor) {
            case .wrote(let count): start += count
            case .wouldBlock: POSIX.waitUntilWritable(descriptor, milliseconds: 1_000)
            case .failed: return UInt64(lines[start...].count { $0 == UInt8(ascii: "\n") })
            }
        }
        return 0
    }
}
