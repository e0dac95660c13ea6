import Testing

@testable import HTTPWire

@Suite("Text that is looked at eight bytes at a time")
struct EightBytesTests {
    private static let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// Every byte at every place of texts of up to 19 bytes, the others being letters.
    private func forEachText(_ body: (_ text: [UInt8], _ byte: UInt8) -> Void) {
        for count in 1...19 {
            for place in 0..<count {
                for byte in UInt8.min...UInt8.max {
                    var text = [UInt8](repeating: UInt8(ascii: "q"), count: count)
                    text[place] = byte
                    body(text, byte)
                }
            }
        }
    }

    @Test func `is a token, and may stand in a value, as it would be byte by byte`() {
        forEachText { text, byte in
            let isToken = text.span.isToken(0..<text.count)
            let isValue = text.span.isFieldValue(0..<text.count)
            if isToken != Self.token.contains(byte) { Issue.record("a token or not: \(text)") }
            if isValue != (byte == 9 || (byte >= 0x20 && byte != 0x7F)) { Issue.record("a value or not: \(text)") }
        }
    }

    @Test func `is turned into lower case as it would be byte by byte, and nothing beside it`() {
        forEachText { text, _ in
            var lowered = [UInt8(ascii: "A")] + text + [UInt8(ascii: "Z")]
            var span = lowered.mutableSpan
            span.lowercase(1..<(text.count + 1))
            let expected = [UInt8(ascii: "A")] + text.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 } + [UInt8(ascii: "Z")]
            if lowered != expected { Issue.record("lower case of \(text) is \(lowered)") }
        }
    }

    @Test func `is written into a field line as it is, with spaces for what could end the line, or not at all`() {
        forEachText { text, byte in
            guard byte < 0x80 else { return }  // strings are UTF-8
            let string = String(decoding: text, as: UTF8.self)
            var asValue: [UInt8] = []
            writeResponseHead(status: 204, fields: [HeaderField("x-name", string)], framing: .none, keepAlive: true, into: &asValue)
            let value = text.map { $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) ? $0 : 0x20 }
            let expected = Array("HTTP/1.1 204 No Content\r\nx-name: ".utf8) + value + Array("\r\n\r\n".utf8)
            if asValue != expected { Issue.record("\(text) as a value: \(String(decoding: asValue, as: UTF8.self))") }

            var asName: [UInt8] = []
            writeRequestHead(method: "GET", target: "", "/", host: "h", fields: [HeaderField(string, "v")], bodyBytes: nil, into: &asName)
            let line = Self.token.contains(byte) ? string + ": v\r\n" : ""
            if String(decoding: asName, as: UTF8.self) != "GET / HTTP/1.1\r\nhost: h\r\n\(line)\r\n" { Issue.record("\(text) as a name") }
        }
    }
}
