import Testing

@testable import HTTPServer

@Suite("A spare buffer")
struct SpareBufferTests {
    @Test func `is handed out once, empty, with the room that it had`() {
        var buffers = SpareBuffer(bytesMax: 4096)
        var buffer = buffers.take()
        buffer.append(contentsOf: repeatElement(1, count: 1000))

        buffers.giveBack(buffer)
        let (first, second) = (buffers.take(), buffers.take())

        #expect(first.isEmpty && first.capacity >= 1000)
        #expect(second.capacity == 0)
    }

    @Test func `is not kept once it is too large`() {
        var buffers = SpareBuffer(bytesMax: 4096)

        buffers.giveBack([UInt8](repeating: 0, count: 100_000))

        #expect(buffers.take().capacity == 0)
    }
}
