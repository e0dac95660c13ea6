/// Memory that is written into again and again, by one connection of a worker after another.
struct SpareBuffer {
    private var spare: [UInt8] = []
    private let bytesMax: Int

    /// - Parameter bytesMax: a buffer that has grown beyond is not kept.
    init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// - Returns: an empty buffer, with room if one was given back.
    mutating func take() -> [UInt8] {
        var buffer: [UInt8] = []
        swap(&buffer, &spare)
        return buffer
    }

    mutating func giveBack(_ buffer: consuming [UInt8]) {
        guard buffer.capacity <= bytesMax else { return }
        buffer.removeAll(keepingCapacity: true)
        spare = buffer
    }
}
