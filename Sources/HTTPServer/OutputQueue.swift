import EventLoop

/// Bytes on their way into one socket.
struct OutputQueue {
    enum Outcome { case empty, full, closed }

    private var pieces: [[UInt8]] = []
    private var sentOfFirst = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { pieces.isEmpty }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        byteCount += bytes.count
        pieces.append(bytes)
    }

    /// Gives the socket what it takes.
    ///
    /// - Parameter sent: the bytes it took.
    mutating func flush(into descriptor: Int32, sent: inout Int) -> Outcome {
        var index = 0
        defer { pieces.removeFirst(index) }
        while index < pieces.count {
            let piece = pieces[index]
            let count: Int
            do { count = try Socket.send(descriptor, piece, from: sentOfFirst) } catch { return error == .wouldBlock ? .full : .closed }
            sent += count
            byteCount -= count
            sentOfFirst += count
            guard sentOfFirst == piece.count else { return .full }
            sentOfFirst = 0
            index += 1
        }
        return .empty
    }
}
