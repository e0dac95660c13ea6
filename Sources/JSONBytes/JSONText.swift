/// Strings between their quotes: decoding, and the one spelling this gateway writes.
///
/// Written are `\"`, `\\`, `\b` `\f` `\n` `\r` `\t` and `\u00xx` for the other bytes below 0x20; everything else stands as UTF-8.
package enum JSONText {
    /// The string that the bytes between two quotes spell.
    ///
    /// - Parameter range: between the quotes, as found by the scanner.
    /// - Throws: `badUTF8`, `loneSurrogate`; `badEscape` only when `range` is no scanned string.
    package static func decode(_ body: [UInt8], _ range: Range<Int>) throws(JSONError) -> String {
        try decode(body, range, isPlain: isPlain(body, range))
    }

    static func decode(_ body: [UInt8], _ range: Range<Int>, isPlain: Bool) throws(JSONError) -> String {
        if isPlain { return try string(body.span.extracting(range), at: range.lowerBound) }
        var bytes: [UInt8] = []
        try unescape(body, range, into: &bytes)
        return try string(bytes.span, at: range.lowerBound)
    }

    /// Whether no byte in `range` is a backslash, so that the bytes are the string.
    private static func isPlain(_ body: [UInt8], _ range: Range<Int>) -> Bool {
        let text = body.span.extracting(..<range.upperBound)
        return ByteSearch.stringStop(in: text, from: range.lowerBound) == range.upperBound
    }

    /// Appends the bytes that a string spells. Not checked for UTF-8.
    static func unescape(_ body: [UInt8], _ range: Range<Int>, into bytes: inout [UInt8]) throws(JSONError) {
        let text = body.span.extracting(..<range.upperBound)
        var at = range.lowerBound
        while at < range.upperBound {
            let stop = ByteSearch.stringStop(in: text, from: at)
            bytes.append(contentsOf: body[at..<stop])
            at = stop
            guard at < range.upperBound else { return }
            guard text[at] == .backslash else { throw JSONError(.controlByte, at: at) }
            try appendEscape(text, &at, to: &bytes)
        }
    }

    private static func appendEscape(_ text: Span<UInt8>, _ at: inout Int, to bytes: inout [UInt8]) throws(JSONError) {
        guard at + 1 < text.count else { throw JSONError(.badEscape, at: at) }
        let letter = text[at + 1]
        if letter == .letterU {
            let scalar = try unicodeEscape(text, &at)
            bytes.append(contentsOf: Unicode.UTF8.encode(scalar)!)  // a scalar value always has an encoding
            return
        }
        guard let byte = shortEscapes.first(where: { $0.letter == letter })?.byte else { throw JSONError(.badEscape, at: at) }
        bytes.append(byte)
        at += 2
    }

    /// `\u00e9`, or the two escapes of a surrogate pair.
    private static func unicodeEscape(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) -> Unicode.Scalar {
        let start = at
        let first = try codeUnit(text, &at)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800...0xDBFF).contains(first), at + 1 < text.count, text[at] == .backslash, text[at + 1] == .letterU else {
            throw JSONError(.loneSurrogate, at: start)
        }
        let second = try codeUnit(text, &at)
        guard (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) else {
            throw JSONError(.loneSurrogate, at: start)
        }
        return scalar
    }

    /// The four digits of `\uXXXX`, with `at` at the backslash.
    private static func codeUnit(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) -> UInt32 {
        guard at + 6 <= text.count else { throw JSONError(.badEscape, at: at) }
        var unit: UInt32 = 0
        for index in (at + 2)..<(at + 6) {
            guard let digit = text[index].hexDigit else { throw JSONError(.badEscape, at: at) }
            unit = unit << 4 | digit
        }
        at += 6
        return unit
    }

    private static func string(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) -> String {
        do { return String(copying: try UTF8Span(validating: bytes)) } catch { throw JSONError(.badUTF8, at: offset) }
    }

    /// Throws `badUTF8` unless all of `bytes` is UTF-8.
    static func checkUTF8(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) {
        do { _ = try UTF8Span(validating: bytes) } catch { throw JSONError(.badUTF8, at: offset) }
    }
}

// Writing.
extension JSONText {
    /// A string as JSON, quotes included.
    package static func quoted(_ string: String) -> [UInt8] {
        var bytes: [UInt8] = []
        appendQuoted(string, to: &bytes)
        return bytes
    }

    package static func appendQuoted(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(.quote)
        appendEscaped(Array(string.utf8), to: &bytes)
        bytes.append(.quote)
    }

    /// Appends what stands between the quotes for the string with these UTF-8 bytes.
    static func appendEscaped(_ string: [UInt8], to bytes: inout [UInt8]) {
        var at = 0
        while at < string.count {
            let stop = ByteSearch.stringStop(in: string.span, from: at)
            bytes.append(contentsOf: string[at..<stop])
            guard stop < string.count else { return }
            appendEscape(of: string[stop], to: &bytes)
            at = stop + 1
        }
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(.backslash)
        if let letter = shortEscapes.first(where: { $0.byte == byte })?.letter {
            bytes.append(letter)
        } else {
            let digits: [UInt8] = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: [.letterU, .zero, .zero, digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }

    /// The slash is read but never written escaped.
    private static let shortEscapes: [(letter: UInt8, byte: UInt8)] = [
        (.letterN, 0x0A), (.quote, .quote), (.backslash, .backslash), (.letterT, 0x09), (.letterR, 0x0D),
        (.letterB, 0x08), (.letterF, 0x0C), (.slash, .slash),
    ]
}
