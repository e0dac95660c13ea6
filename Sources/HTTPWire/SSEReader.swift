/// Why an event stream cannot be read on.
package enum SSEError: Error, Equatable, Sendable {
    /// A block is longer than the limit.
    case eventTooLarge(bytesMax: Int)
}

/// Reads server-sent events from bytes that arrive in any pieces.
///
/// Lines end in LF, CR LF or CR. Line ends are searched in bulk and every byte once: where the next LF and the next CR stand is
/// remembered, so a large event in small pieces and a stream of many short lines both cost time in proportion to their length.
/// What is returned depends on the bytes only, never on how they were cut. For that, a CR at the very end is read once the next
/// byte is there (it may be LF) or the stream is finished; only where the line before ended in a lone CR too is it read at once.
package struct SSEReader {
    /// Room kept for the next event when the buffer runs empty.
    private static let idleCapacityBytes = 16 << 10

    private let eventBytesMax: Int
    private var buffer: [UInt8] = []
    /// Where the block being read starts.
    private var blockStart = 0
    private var lineStart = 0
    private var parts = SSEParts()
    /// Whether the last line, of this block or the one before, ended in a CR without LF.
    private var endsInLoneCR = false
    private var atStreamStart = true
    private var ended = false

    // The next LF and CR at or behind `lineStart`; the end of what was searched when there is none.
    private var lineFeed = Mark()
    private var carriageReturn = Mark()

    private struct Mark {
        var index = 0
        var found = false
    }

    /// What the buffer holds of the heap.
    var capacityBytes: Int { buffer.capacity }

    /// - Parameter eventBytesMax: bytes of one block with its line ends, at least 1. One more ends the stream with an error.
    package init(eventBytesMax: Int = 8 << 20) {
        precondition(eventBytesMax > 0, "an event has at least one byte")
        self.eventBytesMax = eventBytesMax
    }

    /// Bytes received that no returned block has covered.
    package var pendingBytes: Int { buffer.count - blockStart }

    /// Takes bytes in. Call `next` until it returns nil before feeding again, so that the limit holds.
    package mutating func feed(_ bytes: [UInt8]) {
        dropRead()
        buffer.append(contentsOf: bytes)
    }

    package mutating func feed(_ bytes: ArraySlice<UInt8>) {
        dropRead()
        buffer.append(contentsOf: bytes)
    }

    /// The next whole block, or nil when more bytes are needed.
    package mutating func next() throws(SSEError) -> SSEEvent? {
        while let (line, next) = nextLine() {
            lineStart = next
            if line.isEmpty { return try finishBlock(complete: true) }
            parts.read(buffer, line, base: blockStart)
        }
        if pendingBytes > eventBytesMax { throw .eventTooLarge(bytesMax: eventBytesMax) }
        guard ended, pendingBytes > 0 else {
            dropRead()
            return nil
        }
        let rest = contentStart..<buffer.count
        if !rest.isEmpty { parts.read(buffer, rest, base: blockStart) }
        lineStart = buffer.count
        return try finishBlock(complete: false)
    }

    /// The stream is over: what remains, an event whose empty line never came included. Call until it returns nil.
    package mutating func finish() throws(SSEError) -> SSEEvent? {
        ended = true
        return try next()
    }
}

extension SSEReader {
    /// Where the line at `lineStart` starts once a byte order mark, or the LF behind a CR that ended a block at once, is passed over.
    private var contentStart: Int {
        if lineStart > blockStart { return lineStart }
        if endsInLoneCR, lineStart < buffer.count, buffer[lineStart] == ASCII.lineFeed { return lineStart + 1 }
        if atStreamStart, buffer.span.hasByteOrderMark(at: lineStart) { return lineStart + 3 }
        return lineStart
    }

    /// The next whole line without its line end, and where the one after it starts.
    private mutating func nextLine() -> (line: Range<Int>, next: Int)? {
        let start = contentStart
        search(ASCII.lineFeed, from: start, &lineFeed)
        search(ASCII.carriageReturn, from: start, &carriageReturn)
        if carriageReturn.found, !lineFeed.found || carriageReturn.index < lineFeed.index {
            return lineEndingInCR(start..<carriageReturn.index)
        }
        guard lineFeed.found else { return nil }
        endsInLoneCR = false
        return (start..<lineFeed.index, lineFeed.index + 1)
    }

    private mutating func lineEndingInCR(_ line: Range<Int>) -> (line: Range<Int>, next: Int)? {
        let next = line.upperBound + 1
        // Behind a lone CR, another one ends the block without a look at what follows, be it there already or not.
        if !(line.isEmpty && endsInLoneCR) {
            if lineFeed.found, lineFeed.index == next {
                endsInLoneCR = false
                return (line, next + 1)
            }
            if next == buffer.count, !ended { return nil }
        }
        endsInLoneCR = true
        return (line, next)
    }

    /// Brings `mark` to the first `byte` at or behind `start`. No byte is searched twice.
    private func search(_ byte: UInt8, from start: Int, _ mark: inout Mark) {
        if mark.found, mark.index >= start { return }
        let from = max(start, mark.found ? mark.index + 1 : mark.index)
        let hit = firstIndex(of: byte, in: buffer.span, from..<buffer.count)
        mark = Mark(index: hit ?? buffer.count, found: hit != nil)
    }

    /// Cuts the block that ends at `lineStart` out.
    private mutating func finishBlock(complete: Bool) throws(SSEError) -> SSEEvent {
        guard lineStart - blockStart <= eventBytesMax else { throw .eventTooLarge(bytesMax: eventBytesMax) }
        let event = SSEEvent(raw: Array(buffer[blockStart..<lineStart]), isComplete: complete, parts: parts)
        blockStart = lineStart
        parts = SSEParts()
        atStreamStart = false
        return event
    }

    /// Makes room: what was read is dropped, and a buffer that a large event left behind is given back.
    private mutating func dropRead() {
        guard blockStart > 0 else { return }
        let dropped = blockStart
        if buffer.capacity > 4 * Self.idleCapacityBytes, buffer.count - dropped <= Self.idleCapacityBytes {
            buffer = Array(buffer[dropped...])
        } else {
            buffer.removeSubrange(..<dropped)
        }
        blockStart = 0
        lineStart -= dropped
        lineFeed.index -= dropped
        carriageReturn.index -= dropped
    }
}

extension Span where Element == UInt8 {
    fileprivate func hasByteOrderMark(at index: Int) -> Bool {
        index + 3 <= count && self[index] == 0xEF && self[index + 1] == 0xBB && self[index + 2] == 0xBF
    }
}
