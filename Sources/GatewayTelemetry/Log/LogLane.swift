import Synchronization

/// Lines on their way from one worker to the writer.
///
/// The two meet here only: the worker appends a line, the writer takes all of them up to ten times a second, and each holds the
/// lock for one copy or one exchange of buffers.
final class LogLane: Sendable {
    private struct State {
        var pending: [UInt8] = []
        /// Bytes the writer has taken and not written yet: they count, or a reader that has stopped would double the bound.
        var takenBytes = 0
        var droppedLines: UInt64 = 0
    }

    enum Outcome {
        case queued
        /// The line made the lane half full: it should be emptied before its time.
        case filling
        case dropped
    }

    /// A buffer that one burst made large is not kept beyond this.
    private static let keptCapacityMax = 256 << 10

    private let bytesMax: Int
    private let state = Mutex(State())

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Takes the line whole or not at all.
    func append(_ line: borrowing [UInt8]) -> Outcome {
        let line = copy line
        return append(byteCount: line.count) { $0.append(contentsOf: line) }
    }

    /// As the other, without an array for the line.
    func append(_ line: LineBuffer) -> Outcome { append(byteCount: line.count) { line.append(to: &$0) } }

    @inline(__always)
    private func append(byteCount: Int, _ add: (inout [UInt8]) -> Void) -> Outcome {
        state.withLock { state in
            let before = state.pending.count + state.takenBytes
            guard before + byteCount <= bytesMax else {
                state.droppedLines &+= 1
                return .dropped
            }
            add(&state.pending)
            return before < bytesMax / 2 && before + byteCount >= bytesMax / 2 ? .filling : .queued
        }
    }

    /// Exchanges what is there for `spare`, an empty buffer.
    func take(leaving spare: consuming [UInt8]) -> [UInt8] {
        state.withLock { state in
            let taken = state.pending
            state.pending = spare
            state.takenBytes = taken.count
            return taken
        }
    }

    /// What `take` handed out is written, or lost.
    func written(lost lines: UInt64) {
        state.withLock { state in
            state.takenBytes = 0
            state.droppedLines &+= lines
        }
    }

    /// Makes an empty buffer of one that has been written.
    static func emptied(_ buffer: consuming [UInt8]) -> [UInt8] {
        guard buffer.capacity <= keptCapacityMax else { return [] }
        buffer.removeAll(keepingCapacity: true)
        return buffer
    }

    var droppedLines: UInt64 { state.withLock { $0.droppedLines } }
}
