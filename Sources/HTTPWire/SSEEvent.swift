/// One block of a server-sent event stream: everything up to and with an empty line.
///
/// The `raw` bytes of all blocks one after the other are the stream: a proxy can pass blocks on untouched and leave some out.
///
/// - SeeAlso: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6
package struct SSEEvent: Sendable, Equatable {
    /// The bytes as received, with line ends.
    package let raw: [UInt8]
    /// False when the stream ended before the empty line. A client by the book drops such an event.
    package let isComplete: Bool
    /// The `retry` field: milliseconds before a new connection. nil when there is none or it is no number.
    package let retryMilliseconds: Int?

    private let nameRange: Range<Int>?
    private let idRange: Range<Int>?
    private let dataRange: Range<Int>?
    private let joinedData: [UInt8]?

    init(raw: [UInt8], isComplete: Bool, parts: SSEParts) {
        self.raw = raw
        self.isComplete = isComplete
        retryMilliseconds = parts.retryMilliseconds
        nameRange = parts.name
        idRange = parts.id
        dataRange = parts.data
        joinedData = parts.joined
    }

    /// An event that came in another framing than this one.
    ///
    /// - Parameter data: one line or several.
    package init(name: String, data: [UInt8]) {
        raw = Array(name.utf8) + data
        isComplete = true
        retryMilliseconds = nil
        nameRange = 0..<name.utf8.count
        idRange = nil
        dataRange = name.utf8.count..<raw.count
        joinedData = nil
    }

    /// Whether there was a `data` field. Blocks without one (comments, heartbeats, a lone `retry`) are no event to a client.
    package var hasData: Bool { dataRange != nil }

    /// The data, several lines joined by LF. Copies nothing. Empty when `hasData` is false.
    package var data: ArraySlice<UInt8> {
        if let joinedData { return joinedData[...] }
        return dataRange.map { raw[$0] } ?? []
    }

    /// The `event` field; nil when there is none or it is empty, which both mean `message`.
    package var name: String? { nameRange.map { String(decoding: raw[$0], as: UTF8.self) } }

    /// The `id` field of this block; nil when there is none.
    package var id: String? { idRange.map { String(decoding: raw[$0], as: UTF8.self) } }

    /// Whether the `event` field is exactly `name`. Allocates nothing.
    package func isNamed(_ name: String) -> Bool { nameRange.map { raw.span.spells(name, at: $0) } ?? false }
}

/// What the lines of one block have said so far. Ranges count from the start of the block.
struct SSEParts {
    private(set) var name: Range<Int>?
    private(set) var id: Range<Int>?
    private(set) var retryMilliseconds: Int?
    /// The first data line.
    private(set) var data: Range<Int>?
    /// All data lines joined by LF, when there is more than one.
    private(set) var joined: [UInt8]?

    /// - Parameters:
    ///   - line: a line that is not empty, without its line end.
    ///   - base: where the block starts in `bytes`.
    mutating func read(_ bytes: [UInt8], _ line: Range<Int>, base: Int) {
        let span = bytes.span
        // `data` is nearly every line: look for its colon before searching for one.
        let isData = line.count > 4 && span.spells("data:", at: line.lowerBound..<(line.lowerBound + 5))
        let colon = isData ? line.lowerBound + 4 : firstIndex(of: ASCII.colon, in: span, line) ?? line.upperBound
        let field = line.lowerBound..<colon
        var valueStart = min(colon + 1, line.upperBound)
        if valueStart < line.upperBound, bytes[valueStart] == ASCII.space { valueStart += 1 }
        let value = valueStart..<line.upperBound

        if span.spells("data", at: field) {
            addData(bytes, value, base: base)
        } else if span.spells("event", at: field) {
            name = value.isEmpty ? nil : value.shifted(by: -base)
        } else if span.spells("id", at: field) {
            if firstIndex(of: 0, in: span, value) == nil { id = value.shifted(by: -base) }
        } else if span.spells("retry", at: field) {
            retryMilliseconds = milliseconds(span, value) ?? retryMilliseconds
        }
    }

    private mutating func addData(_ bytes: [UInt8], _ value: Range<Int>, base: Int) {
        guard let first = data else {
            data = value.shifted(by: -base)
            return
        }
        if joined == nil { joined = Array(bytes[first.shifted(by: base)]) }
        joined?.append(ASCII.lineFeed)
        joined?.append(contentsOf: bytes[value])
    }

    /// Digits only, at most 15 of them.
    private func milliseconds(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard (1...15).contains(range.count) else { return nil }
        var value = 0
        for index in range {
            guard bytes[index].isDigit else { return nil }
            value = value * 10 + Int(bytes[index] - ASCII.zero)
        }
        return value
    }
}
