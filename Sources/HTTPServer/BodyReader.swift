import EventLoop
import HTTPWire

/// Collects a request's body by its framing.
final class BodyReader {
    private var left: Int
    private var chunks: ChunkedDecoder?
    private(set) var body: [UInt8] = []
    private(set) var isFinished = false
    /// A declared length is believed up to here, which costs addresses and no memory; beyond, the buffer grows with what has come.
    private static let reservedBytesMax = 2 << 20
    private static let receivedBytesMax = 1 << 20

    init(framing: RequestHead.Framing, limits: HTTPLimits) {
        switch framing {
        case .none: left = 0
        case .length(let count):
            left = count
            body.reserveCapacity(min(count, Self.reservedBytesMax))
        case .chunked:
            left = 0
            chunks = ChunkedDecoder(limits: limits)
        }
    }

    /// Whether bytes from the socket can go straight into their place.
    var knowsLength: Bool { chunks == nil }

    /// Reads on from the socket, never beyond the body's end.
    ///
    /// - Returns: how many bytes came, 0 when the client sends no more; and whether there may be more to read.
    func receive(from descriptor: Int32) throws(SocketError) -> (count: Int, mayHaveMore: Bool) {
        let room = min(left, Self.receivedBytesMax)
        let count = try Socket.receive(descriptor, appendingTo: &body, atMost: room)
        left -= count
        isFinished = left == 0
        return (count, count == room)
    }

    /// - Returns: how many bytes of `input` belonged to the body.
    func take(_ input: [UInt8]) throws(WireError) -> Int {
        if chunks != nil {
            guard let (end, finished) = try chunks?.decode(input, from: 0, into: &body) else { return 0 }
            isFinished = finished
            return end
        }
        let count = min(left, input.count)
        if count == input.count { body.append(contentsOf: input) } else { body.append(contentsOf: input[..<count]) }
        left -= count
        isFinished = left == 0
        return count
    }
}
