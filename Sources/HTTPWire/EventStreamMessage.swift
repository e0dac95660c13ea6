/// One message of `application/vnd.amazon.eventstream`, the framing of AWS's streamed answers.
///
/// Big endian: length of the whole (4 bytes), length of the headers (4), CRC-32 of those eight (4), headers, payload, CRC-32 of all before (4).
///
/// - SeeAlso: https://smithy.io/2.0/aws/amazon-eventstream.html
package struct EventStreamMessage: Equatable, Sendable {
    /// What a message is at least: prelude and checksum.
    static let bytesMin = 16

    package enum Kind: Equatable, Sendable {
        case event
        /// A failure that the service's model names, such as `throttlingException`.
        case exception
        /// A failure that it does not.
        case error
    }

    package let kind: Kind
    /// `:event-type`, `:exception-type` or `:error-code`; empty when it says none.
    package let name: String
    package let payload: [UInt8]

    package init(_ kind: Kind = .event, name: String, payload: [UInt8]) {
        self.kind = kind
        self.name = name
        self.payload = payload
    }

    /// As it goes over the wire.
    package var encoded: [UInt8] {
        var headers: [UInt8] = []
        let type: (String, String) =
            switch kind {
            case .event: (":event-type", "event")
            case .exception: (":exception-type", "exception")
            case .error: (":error-code", "error")
            }
        for (name, value) in [(type.0, name), (":content-type", "application/json"), (":message-type", type.1)] {
            headers.append(UInt8(name.utf8.count))  // the names above are short
            headers += name.utf8
            headers.append(EventStreamHeaders.stringType)
            headers += [UInt8(value.utf8.count >> 8 & 0xFF), UInt8(value.utf8.count & 0xFF)]
            headers += value.utf8
        }
        var bytes = Self.bytes(headers.count + payload.count + Self.bytesMin) + Self.bytes(headers.count)
        bytes += Self.bytes(Int(CRC32.value(of: bytes[...])))
        bytes += headers
        bytes += payload
        return bytes + Self.bytes(Int(CRC32.value(of: bytes[...])))
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
