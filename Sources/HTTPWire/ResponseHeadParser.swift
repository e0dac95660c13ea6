/// Finds and checks the head of an answer as its bytes arrive.
///
/// As strict as `RequestHeadParser`: a line ends in CR LF, no line is folded, a name is a token with the colon right behind it. Interim
/// answers (1xx) are counted, checked and passed over. What is returned or thrown depends on the bytes only, never on how they were cut.
///
/// - SeeAlso: RFC 9112, sections 2, 4 and 5
package struct ResponseHeadParser {
    /// RFC 9110 allows any number of 1xx answers; more than this is somebody keeping the request alive.
    private static let interimMax = 16
    private static let fieldCountMax = 1000

    private let bytesMax: Int
    private let isToHead: Bool

    // Offsets count from the first byte of the first head.
    private var headStart = 0
    private var lineStart = 0
    private var searched = 0
    private var statusLine: StatusLine?
    private var entries: [HeaderFields.Entry] = []
    private var interim = 0

    /// - Parameters:
    ///   - bytesMax: of all heads together, 1 to 1 GiB.
    ///   - isToHead: the request's method was HEAD.
    package init(bytesMax: Int, isToHead: Bool) {
        precondition((1...(1 << 30)).contains(bytesMax), "a head is limited to 1 GiB")
        self.bytesMax = bytesMax
        self.isToHead = isToHead
    }

    /// Reads on in `bytes`, where the answer begins at `range`'s start. While the head is incomplete, call again with the same bytes from
    /// the same beginning and more behind them.
    ///
    /// - Returns: nil when the head is incomplete; else the head and the index behind its empty line, where the body starts.
    package mutating func parse(_ bytes: [UInt8], _ range: Range<Int>) throws(ResponseFault) -> (head: ReceivedHead, end: Int)? {
        let input = bytes.span
        let start = range.lowerBound
        while let line = try nextLine(input, range) {
            guard let statusLine else {
                statusLine = try checked { () throws(WireError) in try StatusLine(input, line) }
                entries.reserveCapacity(16)
                continue
            }
            guard line.isEmpty else {
                guard entries.count < Self.fieldCountMax else { throw .headTooLarge }
                let base = start + headStart
                entries.append(try checked { () throws(WireError) in try fieldLine(input, line, base: base) })
                continue
            }
            guard statusLine.status < 200 else {
                let head = try finish(bytes[(start + headStart)..<(start + lineStart)], statusLine)
                return (head, start + lineStart)
            }
            try passOver(statusLine)
        }
        return nil
    }

    private mutating func passOver(_ line: StatusLine) throws(ResponseFault) {
        guard line.status != 101 else { throw .unaskedUpgrade }
        interim += 1
        guard interim <= Self.interimMax else { throw .tooManyInterimAnswers }
        statusLine = nil
        entries.removeAll(keepingCapacity: true)
        headStart = lineStart
    }

    private func finish(_ bytes: ArraySlice<UInt8>, _ line: StatusLine) throws(ResponseFault) -> ReceivedHead {
        let fields = HeaderFields(head: bytes, entries: entries)
        let facts = try checked { () throws(WireError) in
            try ResponseFacts(fields, status: line.status, version: line.version, isToHead: isToHead)
        }
        return ReceivedHead(
            status: line.status, fields: fields.withoutHopByHop(), framing: facts.framing, keepAlive: facts.keepAlive)
    }

    /// The next whole line without its line end. nil when it has not arrived.
    private mutating func nextLine(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(ResponseFault) -> Range<Int>? {
        let lineBegin = range.lowerBound + lineStart
        guard lineBegin < range.upperBound else { return nil }
        let limit = range.lowerBound + bytesMax
        let end = min(range.upperBound, limit)
        guard let lineFeed = firstIndex(of: ASCII.lineFeed, in: bytes, (range.lowerBound + searched)..<end) else {
            searched = end - range.lowerBound
            // Another protocol shows in its first bytes; more of it need not be waited for.
            if statusLine == nil, !StatusLine.canBegin(bytes, lineBegin..<end) { throw .malformedHead }
            if range.upperBound >= limit { throw .headTooLarge }
            return nil
        }
        guard lineFeed > lineBegin, bytes[lineFeed - 1] == ASCII.carriageReturn else { throw .malformedHead }
        searched = lineFeed + 1 - range.lowerBound
        lineStart = searched
        return lineBegin..<(lineFeed - 1)
    }

    private func checked<Value>(_ body: () throws(WireError) -> Value) throws(ResponseFault) -> Value {
        do { return try body() } catch { throw .malformedHead }
    }
}
