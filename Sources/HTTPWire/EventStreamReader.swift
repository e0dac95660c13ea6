/// Why a stream of messages cannot be read on. After it there is nothing more to feed.
package enum EventStreamError: Error, Equatable, Sendable {
    /// A message is longer than the limit.
    case messageTooLarge(bytesMax: Int)
    /// A checksum is wrong, or lengths contradict each other.
    case damaged
}

/// Reads messages of `application/vnd.amazon.eventstream` from bytes that arrive in any pieces.
///
/// Both checksums are checked, the first before its lengths are believed: no more is kept than one message within the limit.
package struct EventStreamReader: Sendable {
    private static let preludeBytes = 12
    /// The format's own limit.
    private static let headerBytesMax = 128 << 10

    private let messageBytesMax: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// The lengths of the message that is being read, once its prelude is there.
    private var lengths: (whole: Int, headers: Int)?

    /// - Parameter messageBytesMax: bytes of one message with its headers. One more ends the stream with an error.
    package init(messageBytesMax: Int = 8 << 20) {
        self.messageBytesMax = max(EventStreamMessage.bytesMin, messageBytesMax)
    }

    /// Bytes received that no returned message has covered.
    package var pendingBytes: Int { buffer.count - start }

    /// Takes bytes in. Call `next` until it returns nil before feeding again, so that the limit holds.
    package mutating func feed(_ bytes: [UInt8]) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer += bytes
    }

    /// The next whole message, or nil when more bytes are needed.
    package mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        guard let lengths = try prelude(), pendingBytes >= lengths.whole else { return nil }
        let message = buffer[start..<(start + lengths.whole)]
        let end = message.endIndex - 4
        guard CRC32.value(of: message[..<end]) == number(at: end) else { throw .damaged }
        let headersStart = start + Self.preludeBytes
        let headersEnd = headersStart + lengths.headers
        guard let headers = EventStreamHeaders(message[headersStart..<headersEnd]) else { throw .damaged }
        start += lengths.whole
        self.lengths = nil
        return EventStreamMessage(headers, payload: Array(message[headersEnd..<end]))
    }

    private mutating func prelude() throws(EventStreamError) -> (whole: Int, headers: Int)? {
        if let lengths { return lengths }
        guard pendingBytes >= Self.preludeBytes else { return nil }
        guard CRC32.value(of: buffer[start..<(start + 8)]) == number(at: start + 8) else { throw .damaged }
        let (whole, headers) = (Int(number(at: start)), Int(number(at: start + 4)))
        guard whole <= messageBytesMax else { throw .messageTooLarge(bytesMax: messageBytesMax) }
        guard headers <= Self.headerBytesMax, headers <= whole - EventStreamMessage.bytesMin else { throw .damaged }
        lengths = (whole, headers)
        return lengths
    }

    private func number(at index: Int) -> UInt32 { buffer[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
}

extension EventStreamMessage {
    fileprivate init(_ headers: EventStreamHeaders, payload: [UInt8]) {
        switch headers.messageType {
        case "exception": self.init(.exception, name: headers.exceptionType, payload: payload)
        case "error": self.init(.error, name: headers.errorCode, payload: payload)
        default: self.init(.event, name: headers.eventType, payload: payload)
        }
    }
}
