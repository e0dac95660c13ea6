import Testing

@testable import GatewayTelemetry

@Suite("A log lane")
struct LogLaneTests {
    private let line = [UInt8](repeating: UInt8(ascii: "x"), count: 10)

    @Test func `takes a line whole or not at all`() {
        let lane = LogLane(bytesMax: 25)

        let outcomes = (0..<3).map { _ in lane.append(line) }

        #expect(outcomes == [.queued, .filling, .dropped])
        #expect(lane.take(leaving: []).count == 20)
        #expect(lane.droppedLines == 1)
    }

    @Test func `counts lines that are being written as still there`() {
        let lane = LogLane(bytesMax: 25)
        _ = lane.append(line)
        _ = lane.append(line)
        _ = lane.take(leaving: [])

        let whileWriting = lane.append(line)
        lane.written(lost: 0)
        let afterwards = lane.append(line)

        #expect(whileWriting == .dropped)
        #expect(afterwards == .queued)
    }

    @Test func `does not keep the buffer of a burst`() {
        let large = [UInt8](repeating: 0, count: 1 << 20)
        var small: [UInt8] = []
        small.reserveCapacity(1_024)

        #expect(LogLane.emptied(large).capacity == 0)
        #expect(LogLane.emptied(small).capacity >= 1_024)
    }
}
