import Testing

@testable import HTTPWire

@Suite("Spare buffers")
struct SpareBuffersTests {
    private func buffer(_ bytes: Int) -> [UInt8] {
        var buffer: [UInt8] = []
        buffer.reserveCapacity(bytes)
        buffer.append(1)
        return buffer
    }

    @Test func `are handed out once each, empty, with the room that they had`() {
        var buffers = SpareBuffers(bytesMax: 4096)

        for _ in 0..<2 { buffers.giveBack(buffer(1000)) }
        let taken = (0..<3).map { _ in buffers.take() }

        let counts = taken.map { $0.count }
        let hasRoom = taken.map { $0.capacity >= 1000 }
        #expect(counts == [0, 0, 0])
        #expect(hasRoom == [true, true, false])
    }

    @Test func `are kept as long as all together are not too large`() {
        var buffers = SpareBuffers(bytesMax: 4096)

        buffers.giveBack(buffer(100_000))
        #expect(buffers.take().capacity == 0)

        for _ in 0..<5 { buffers.giveBack(buffer(1500)) }
        let hasRoom = (0..<5).map { _ in buffers.take().capacity > 0 }
        #expect(hasRoom == [true, true, false, false, false])
        buffers.giveBack(buffer(3000))
        #expect(buffers.take().capacity >= 3000, "what was taken counts no more")
    }

    @Test func `keep nothing that has no memory`() {
        var buffers = SpareBuffers(bytesMax: 4096)

        buffers.giveBack(buffer(1000))
        buffers.giveBack([])

        #expect(buffers.take().capacity >= 1000)
    }
}
