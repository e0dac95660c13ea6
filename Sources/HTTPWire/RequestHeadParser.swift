/// Finds and checks a request head as its bytes arrive.
///
/// A line is checked once it is whole and never looked at again, and the search for its end goes on where it stopped: a head that
/// arrives byte by byte costs as much as one that arrives at once, and is refused at the first bad line. What is returned or thrown
/// depends on the bytes only, never on how they were cut.
///
/// - SeeAlso: RFC 9112, sections 2 to 5
package struct RequestHeadParser {
    /// Empty lines passed over before a request line. RFC 9112, section 2.2, asks for one.
    private static let emptyLinesMax = 2

    /// To be changed between heads only.
    package var limits: HTTPLimits

    // Offsets count from `start` of `parse`, so that the caller may move its buffer between calls.
    private var emptyLines = 0
    private var headStart = 0
    private var lineStart = 0
    private var searched = 0
    private var line: RequestLine?
    private var fieldsStart = 0
    private var entries: [HeaderFields.Entry] = []

    package init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Forgets a head that was begun.
    package mutating func reset() { self = RequestHeadParser(limits: limits) }

    /// Reads on in `bytes`, where the head (or the empty lines before it) begins at `start`.
    ///
    /// While the head is incomplete, call again with the same bytes from the same beginning and more behind them. After a head was
    /// returned the parser is ready for the next one; after an error the connection is done for.
    ///
    /// - Returns: nil when the head is incomplete; else the head and the index behind its empty line, where the body starts.
    package mutating func parse(_ bytes: [UInt8], from start: Int) throws(WireError) -> (head: RequestHead, end: Int)? {
        let input = bytes.span
        while let range = try nextLine(input, start) {
            if line == nil {
                try startHead(input, range, start)
            } else if range.isEmpty {
                let end = start + lineStart
                return (try finishHead(bytes[(start + headStart)..<end]), end)
            } else {
                guard entries.count < limits.headerCount else { throw .headerTooMany }
                entries.append(try fieldLine(input, range, base: start + headStart))
            }
        }
        return nil
    }

    /// The next whole line without its line end. nil when it has not arrived.
    private mutating func nextLine(_ bytes: Span<UInt8>, _ start: Int) throws(WireError) -> Range<Int>? {
        let lineBegin = start + lineStart
        guard lineBegin < bytes.count else { return nil }
        // Another protocol (TLS, say) shows in its first byte; its client would wait for an answer for ever.
        if line == nil, !ByteSet.token.contains(bytes[lineBegin]), bytes[lineBegin] != ASCII.carriageReturn { throw .methodMalformed }

        let limit = start + (line == nil ? lineStart + limits.requestLineBytes : fieldsStart + limits.headerBytes)
        let end = min(bytes.count, limit)
        guard let lineFeed = firstIndex(of: ASCII.lineFeed, in: bytes, (start + searched)..<end) else {
            searched = end - start
            if end == limit { throw line == nil ? .requestLineTooLong : .headerTooLarge }
            return nil
        }
        guard lineFeed > lineBegin, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .bareLineFeed }
        searched = lineFeed + 1 - start
        lineStart = searched
        return lineBegin..<(lineFeed - 1)
    }

    private mutating func startHead(_ bytes: Span<UInt8>, _ range: Range<Int>, _ start: Int) throws(WireError) {
        if range.isEmpty {
            emptyLines += 1
            guard emptyLines <= Self.emptyLinesMax else { throw .tooManyEmptyLines }
            headStart = lineStart
        } else {
            line = try RequestLine(bytes, range)
            fieldsStart = lineStart
            entries.reserveCapacity(min(limits.headerCount, 16))
        }
    }

    private mutating func finishHead(_ bytes: ArraySlice<UInt8>) throws(WireError) -> RequestHead {
        guard let line else { preconditionFailure("a head ends after its request line") }
        let fields = HeaderFields(head: bytes, entries: entries)
        let facts = try HeadFacts(fields, version: line.version)
        reset()
        return RequestHead(line: line, fields: fields, facts: facts)
    }
}
