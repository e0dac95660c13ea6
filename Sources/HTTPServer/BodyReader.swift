import HTTPWire

/// Collects a request's body by its framing.
final class BodyReader {
    private var left: Int
    private var chunks: ChunkedDecoder?
    private(set) var body: [UInt8] = []
    private(set) var isFinished = false
    /// A declared length is believed up to here; beyond, the buffer grows with what has come.
    private static let reservedBytesMax = 256 << 10

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
