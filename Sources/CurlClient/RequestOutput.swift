import EventLoop

/// What of a request has yet to go out.
struct RequestOutput {
    private static let spareBytesMax = 64 << 10

    private var start: [UInt8] = []
    private var startSent = 0
    private var rest: ArraySlice<ArraySlice<UInt8>> = []
    private var sentOfFirst = 0

    var isEmpty: Bool { start.isEmpty && rest.isEmpty }

    mutating func begin(_ message: RequestMessage) {
        start = message.start
        startSent = 0
        rest = message.rest[...]
        sentOfFirst = 0
    }

    mutating func clear() {
        start = []
        rest = []
    }

    /// Gives the connection what it takes.
    ///
    /// - Parameter spare: gets the buffer of the head back for the next request.
    /// - Throws: when it is lost.
    mutating func flush(into channel: Channel, spare: inout [UInt8]) throws(SocketError) {
        do throws(SocketError) {
            if case .plain(let socket) = channel, !rest.isEmpty { try sendPieces(socket) }
            while startSent < start.count { startSent += try channel.send(start, from: startSent) }
            giveBack(&spare)
        } catch {
            if error != .wouldBlock { throw error }
        }
    }

    private mutating func giveBack(_ spare: inout [UInt8]) {
        if start.capacity <= Self.spareBytesMax {
            start.removeAll(keepingCapacity: true)
            swap(&start, &spare)
        }
        start = []
    }

    /// The start is a piece like the others: it leaves with the first of them.
    private mutating func sendPieces(_ socket: Int32) throws(SocketError) {
        if !start.isEmpty {
            rest.insert(start[...], at: rest.startIndex)
            start = []
        }
        while !rest.isEmpty {
            var count = try Socket.send(socket, pieces: rest, from: sentOfFirst)
            while let first = rest.first, count >= first.count - sentOfFirst {
                count -= first.count - sentOfFirst
                sentOfFirst = 0
                rest.removeFirst()
            }
            sentOfFirst += count
        }
    }
}
