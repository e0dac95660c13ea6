/// Takes the chunked coding off one body as its bytes arrive.
///
/// Stricter than the grammar where recipients are known to disagree: no white space around a chunk size, no bare LF or CR anywhere,
/// extensions in visible ASCII only. Extensions and trailers are checked, counted and dropped. What is thrown depends on the bytes
/// only, never on how they were cut.
///
/// - SeeAlso: RFC 9112, section 7.1
package struct ChunkedDecoder {
    private enum State {
        case sizeStart, size, extensions, sizeEnd
        case data(left: Int), dataEnd, dataEndFeed
        case trailerStart, trailerName, trailerValue, trailerEnd, lastFeed
        case finished
    }

    /// Bytes by which size lines may outweigh the data before the body is taken for an attack. A chunk earns its own size line of 16.
    private static let overheadBytesMax = 16 << 10
    private static let overheadBytesFree = 16
    /// Digits of a chunk size, leading zeros included: as many as 64 bits have.
    private static let sizeDigitsMax = 16

    private let limits: HTTPLimits
    private var state = State.sizeStart
    private var size = 0
    private var bodyBytes = 0
    private var lineBytes = 0
    private var overheadBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0

    package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether the end of the body was reached.
    package var isFinished: Bool { if case .finished = state { true } else { false } }

    /// Decodes from `from` as far as there are bytes or until the body ends. Decoded data is appended to `body`.
    ///
    /// - Returns: the index behind the last byte used, and whether the body is whole. While it is not, all of `input` was used.
    package mutating func decode(_ input: [UInt8], from: Int, into body: inout [UInt8]) throws(WireError) -> (end: Int, finished: Bool) {
        let end = try decode(input, from..<input.count, into: &body)
        return (end, isFinished)
    }

    /// The same for a part of `input`.
    package mutating func decode(_ input: [UInt8], _ range: Range<Int>, into body: inout [UInt8]) throws(WireError) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, !isFinished {
            if case .data(let left) = state {
                let count = min(left, range.upperBound - index)
                body.append(contentsOf: input[index..<(index + count)])
                index += count
                state = count == left ? .dataEnd : .data(left: left - count)
            } else {
                try take(input[index])
                index += 1
            }
        }
        return index
    }

    /// One byte of framing.
    private mutating func take(_ byte: UInt8) throws(WireError) {
        switch state {
        case .sizeStart, .size, .extensions, .sizeEnd: try takeSizeLine(byte)
        case .dataEnd:
            guard byte == ASCII.carriageReturn else { throw .chunkEndMalformed }
            state = .dataEndFeed
        case .dataEndFeed:
            guard byte == ASCII.lineFeed else { throw .chunkEndMalformed }
            state = .sizeStart
        case .trailerStart, .trailerName, .trailerValue, .trailerEnd, .lastFeed: try takeTrailer(byte)
        case .data, .finished: preconditionFailure("decode takes data in bulk and stops at the end")
        }
    }

    private mutating func takeSizeLine(_ byte: UInt8) throws(WireError) {
        lineBytes += 1
        guard lineBytes <= limits.chunkLineBytes else { throw .chunkLineTooLong }
        switch state {
        case .sizeEnd:
            guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
            try startChunk()
        case .extensions where byte != ASCII.carriageReturn:
            guard (0x20...0x7E).contains(byte) || byte == ASCII.tab else { throw .chunkExtensionMalformed }
        default: try takeSize(byte)
        }
    }

    private mutating func takeSize(_ byte: UInt8) throws(WireError) {
        if let digit = byte.hexValue, lineBytes <= Self.sizeDigitsMax, size <= Int.max >> 4 {
            size = size << 4 | digit
            state = .size
            return
        }
        if case .sizeStart = state { throw .chunkSizeMalformed }
        switch byte {
        case ASCII.carriageReturn: state = .sizeEnd
        case ASCII.semicolon: state = .extensions
        default: throw .chunkSizeMalformed
        }
        guard size <= limits.bodyBytes - bodyBytes else { throw .bodyTooLarge }
    }

    /// The size line is whole.
    private mutating func startChunk() throws(WireError) {
        overheadBytes = max(0, overheadBytes + lineBytes - Self.overheadBytesFree - size)
        guard overheadBytes <= Self.overheadBytesMax else { throw .chunkExtensionsTooLong }
        bodyBytes += size
        state = size == 0 ? .trailerStart : .data(left: size)
        size = 0
        lineBytes = 0
    }

    /// Trailer fields obey the rules of header fields. Their content is of no use here.
    private mutating func takeTrailer(_ byte: UInt8) throws(WireError) {
        trailerBytes += 1
        guard trailerBytes <= limits.trailerBytes else { throw .trailerTooLarge }
        switch state {
        case .trailerStart where byte == ASCII.carriageReturn: state = .lastFeed
        case .trailerStart where byte.isBlank: throw .headerFolded
        case .trailerStart, .trailerName:
            try takeTrailerName(byte)
        case .trailerValue where byte == ASCII.carriageReturn: state = .trailerEnd
        case .trailerValue:
            guard byte.isFieldValue else { throw byte == ASCII.lineFeed ? .bareLineFeed : .headerValueMalformed }
        default:
            guard byte == ASCII.lineFeed else { throw .bareCarriageReturn }
            if case .lastFeed = state { state = .finished } else { state = .trailerStart }
        }
    }

    private mutating func takeTrailerName(_ byte: UInt8) throws(WireError) {
        if ByteSet.token.contains(byte) {
            state = .trailerName
        } else {
            guard byte == ASCII.colon, case .trailerName = state else { throw .headerNameMalformed }
            trailerCount += 1
            guard trailerCount <= limits.headerCount else { throw .trailerTooMany }
            state = .trailerValue
        }
    }
}
