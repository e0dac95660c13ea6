/// From text to the one spelling this gateway writes: `\"`, `\\`, `\b` `\f` `\n` `\r` `\t`, `\u00xx` for the other bytes below 0x20, and UTF-8 as
/// it is for everything else.
extension JSONText {
    /// A string as JSON, quotes included.
    package static func quoted(_ string: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(string.utf8.count + 2)
        appendQuoted(string, to: &bytes)
        return bytes
    }

    /// Appends a string as JSON, quotes included.
    package static func appendQuoted(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(.quote)
        appendEscaped(string.utf8Span.span, to: &bytes)
        bytes.append(.quote)
    }

    /// Appends what stands between the quotes for the string with these UTF-8 bytes.
    static func appendEscaped(_ string: Span<UInt8>, to bytes: inout [UInt8]) {
        var at = 0
        while at < string.count {
            let stop = ByteSearch.stringStop(in: string, from: at)
            bytes.append(string, at..<stop)
            guard stop < string.count else { return }
            appendEscape(of: string[stop], to: &bytes)
            at = stop + 1
        }
    }

    static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(.backslash)
        switch byte {
        case 0x0A: bytes.append(.letterN)
        case 0x09: bytes.append(.letterT)
        case 0x0D: bytes.append(.letterR)
        case 0x08: bytes.append(.letterB)
        case 0x0C: bytes.append(.letterF)
        case .quote, .backslash: bytes.append(byte)
        default:
            bytes.append(.letterU)
            bytes.append(.zero)
            bytes.append(.zero)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? .zero + value : 0x61 + value - 10 }
}
