import Dispatch
import MonotonicClock
import Synchronization
import Testing

@testable import GatewayTelemetry

@Suite("The log writer")
struct LogWriterTests {
    private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }

    @Test func `writes every worker's lines whole and in their order`() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writing, workers: 4)

        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for number in 0..<100 { writer.append(line("\(worker) \(number)"), worker: worker) }
        }

        let lines = pipe.readLines(400)
        for worker in 0..<4 {
            #expect(lines.filter { $0.hasPrefix("\(worker) ") } == (0..<100).map { "\(worker) \($0)" })
        }
        #expect(writer.droppedLines == 0)
    }

    @Test func `wakes once for the lines of 100 ms`() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writing, workers: 1)
        let clock = ContinuousClock(), started = clock.now

        for number in 0..<500 { writer.append(line("\(number)"), worker: 0) }

        let windows = Int((clock.now - started) / .milliseconds(LogWriter.delayMilliseconds)) + 1
        #expect(writer.drainsScheduled.load(ordering: .relaxed) <= windows)
        #expect(pipe.readLines(500).count == 500)
    }

    @Test(arguments: [true, false])
    func `drops and counts lines, and waits for nobody, while the reader stands still`(isBlocking: Bool) {
        let pipe = LogPipe(isBlocking: isBlocking)
        pipe.shrink()
        let writer = LogWriter(descriptor: pipe.writing, workers: 1, bytesMax: 64 << 10)
        let text = String(repeating: "x", count: 99)

        for _ in 0..<2_000 { writer.append(line(text), worker: 0) }
        let isFlushed = writer.flush(within: .milliseconds(20))

        #expect(!isFlushed)
        #expect(writer.droppedLines >= 2_000 - (32 << 10) / 100 - 4_096 / 100 - 1)
        let expected = 2_000 - Int(writer.droppedLines)
        #expect(pipe.readLines(expected) == Array(repeating: text, count: expected))
    }

    @Test func `goes on when the reader does`() {
        let pipe = LogPipe(isBlocking: false)
        pipe.shrink()
        let writer = LogWriter(descriptor: pipe.writing, workers: 1, bytesMax: 64 << 10)
        for _ in 0..<1_000 { writer.append(line(String(repeating: "x", count: 99)), worker: 0) }
        writer.flush(within: .milliseconds(1))
        let queued = 1_000 - Int(writer.droppedLines)
        _ = pipe.readLines(queued)

        writer.append(line("after"), worker: 0)

        #expect(pipe.readLines(1) == ["after"])
    }

    @Test func `survives a reader that goes away and counts what it lost`() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writing, workers: 1)
        pipe.closeReading()

        for _ in 0..<10 { writer.append(line("lost"), worker: 0) }
        let isFlushed = writer.flush(within: .seconds(30))

        #expect(isFlushed)
        #expect(writer.droppedLines == 10)
    }

    @Test func `has written everything when flush returns`() {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writing, workers: 2)
        for worker in 0..<2 { writer.append(line("last"), worker: worker) }

        #expect(writer.flush(within: .seconds(30)))

        #expect(String(decoding: pipe.read(), as: UTF8.self) == "last\nlast\n")
    }

    @Test func `shows what it lost as a metric`() throws {
        let pipe = LogPipe()
        let writer = LogWriter(descriptor: pipe.writing, workers: 1)
        pipe.closeReading()
        writer.append(line("lost"), worker: 0)
        writer.flush(within: .seconds(30))

        let page = try MetricsRegistry.sample(log: writer).page()

        #expect(page.value("weir_access_log_dropped_total") == 1)
    }
}
