/// Reads one answer from the bytes of a connection: its head, and the body by its framing.
///
/// - SeeAlso: RFC 9112, section 6.3
package struct ResponseReader {
    private enum State {
        case head
        case length(left: Int)
        case chunked
        case untilClosed
        case finished
    }

    /// What a body of an answer may be is the reader's to say: here nothing but the coding is checked.
    private static let chunkLimits = HTTPLimits(bodyBytes: 1 << 40, chunkLineBytes: 1 << 10, trailerBytes: 16 << 10)

    private var state = State.head {
        didSet {
            hasHead = if case .head = state { false } else { true }
            isFinished = if case .finished = state { true } else { false }
        }
    }
    private var parser: ResponseHeadParser
    private var chunks = ChunkedDecoder(limits: Self.chunkLimits)
    /// What has come of a head that is not whole.
    private var held: [UInt8] = []

    /// - Parameters:
    ///   - headBytesMax: interim heads included.
    ///   - isToHead: the request's method was HEAD.
    package init(headBytesMax: Int, isToHead: Bool) { parser = ResponseHeadParser(bytesMax: headBytesMax, isToHead: isToHead) }

    // Kept rather than computed: who asks a reader that is part of an object would copy all of it for each answer.
    package private(set) var hasHead = false
    package private(set) var isFinished = false
    /// Whether the connection may carry another request once the answer is whole.
    package private(set) var keepsConnection = false

    /// Takes bytes until the head is whole.
    ///
    /// - Returns: the head, and the index behind it; nil when all of `range` was used and there must be more.
    package mutating func takeHead(_ input: [UInt8], _ range: Range<Int>) throws(ResponseFault) -> (head: ReceivedHead, end: Int)? {
        let heldCount = held.count
        var found: (head: ReceivedHead, end: Int)?
        if heldCount == 0 {
            found = try parser.parse(input, range)
        } else {
            held.append(contentsOf: input[range])
            found = try parser.parse(held, 0..<held.count)
            found?.end += range.lowerBound - heldCount
        }
        guard let found else {
            if heldCount == 0 { held = Array(input[range]) }
            return nil
        }
        held = []
        begin(found.head)
        return found
    }

    private mutating func begin(_ head: ReceivedHead) {
        keepsConnection = head.keepAlive
        switch head.framing {
        case .none, .length(0): state = .finished
        case .length(let count): state = .length(left: count)
        case .chunked: state = .chunked
        case .close: state = .untilClosed
        }
    }

    /// Takes bytes of the body and appends its data to `body`.
    ///
    /// - Returns: the index behind what belonged to the answer.
    package mutating func takeBody(_ input: [UInt8], _ range: Range<Int>, into body: inout [UInt8]) throws(ResponseFault) -> Int {
        switch state {
        case .head: preconditionFailure("the head comes first")
        case .finished: return range.lowerBound
        case .length(let left):
            let count = min(left, range.count)
            body.append(contentsOf: input[range.lowerBound..<(range.lowerBound + count)])
            state = count == left ? .finished : .length(left: left - count)
            return range.lowerBound + count
        case .untilClosed:
            body.append(contentsOf: input[range])
            return range.upperBound
        case .chunked:
            do {
                let end = try chunks.decode(input, range, into: &body)
                if chunks.isFinished { state = .finished }
                return end
            } catch { throw .malformedBody }
        }
    }

    /// The server sends no more.
    ///
    /// - Throws: `cut` unless that ends the answer.
    package mutating func connectionEnded() throws(ResponseFault) {
        switch state {
        case .untilClosed: state = .finished
        case .finished: break
        case .head, .length, .chunked: throw .cut
        }
    }
}
