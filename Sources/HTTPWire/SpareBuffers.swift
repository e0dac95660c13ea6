/// Memory that is written into again and again, for one message of a worker after another.
package struct SpareBuffers {
    private var spare: [[UInt8]] = []
    private var bytes = 0
    private let bytesMax: Int

    /// - Parameter bytesMax: of all buffers that are kept together.
    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// - Returns: an empty buffer, with room if one was given back.
    package mutating func take() -> [UInt8] {
        guard let buffer = spare.popLast() else { return [] }
        bytes -= buffer.capacity
        return buffer
    }

    /// Keeps the buffer's memory, if there is room for it.
    package mutating func giveBack(_ buffer: consuming [UInt8]) {
        let capacity = buffer.capacity
        guard capacity > 0, bytes + capacity <= bytesMax else { return }
        buffer.removeAll(keepingCapacity: true)
        bytes += capacity
        spare.append(buffer)
    }
}
