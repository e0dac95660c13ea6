import EventLoop
import HTTPWire

/// What of a request has yet to go out.
struct RequestOutput {
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
    /// - Parameter spare: gets the buffer of the head back for another request.
    /// - Throws: when it is lost.
    mutating func flush(into channel: Channel, spare: inout SpareBuffers) throws(SocketError) {
        do throws(SocketError) {
            if case .plain(let socket) = channel, !rest.isEmpty { try sendPieces(socket) }
            while startSent < start.count { startSent += try channel.send(start, from: startSent) }
            var sent: [UInt8] = []
            swap(&sent, &start)
            spare.giveBack(sent)
        } catch {
            if error != .wouldBlock { throw error }
        }
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
