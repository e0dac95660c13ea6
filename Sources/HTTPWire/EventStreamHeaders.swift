/// The headers of one message, of which only the text of four matters here.
///
/// A header is a name (length in 1 byte), a type (1 byte) and a value.
struct EventStreamHeaders {
    static let stringType: UInt8 = 7

    private(set) var messageType = ""
    private(set) var eventType = ""
    private(set) var exceptionType = ""
    private(set) var errorCode = ""

    /// - Returns: nil when the bytes are no headers.
    init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let length = rest.popFirst() {
            guard let name = Self.take(Int(length), from: &rest), let type = rest.popFirst(), let value = Self.value(type, from: &rest) else {
                return nil
            }
            guard type == Self.stringType else { continue }
            note(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
    }

    private mutating func note(_ name: String, _ value: String) {
        switch name {
        case ":message-type": messageType = value
        case ":event-type": eventType = value
        case ":exception-type": exceptionType = value
        case ":error-code": errorCode = value
        default: break
        }
    }

    private static func take(_ count: Int, from bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.count >= count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    /// true, false, byte, short, integer, long, bytes, text, time stamp, UUID: types 0 to 9.
    private static func value(_ type: UInt8, from bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        switch type {
        case 0, 1: return []
        case 2: return take(1, from: &bytes)
        case 3: return take(2, from: &bytes)
        case 4: return take(4, from: &bytes)
        case 5, 8: return take(8, from: &bytes)
        case 6, stringType:
            guard let length = take(2, from: &bytes) else { return nil }
            return take(length.reduce(0) { $0 << 8 | Int($1) }, from: &bytes)
        case 9: return take(16, from: &bytes)
        default: return nil
        }
    }
}
