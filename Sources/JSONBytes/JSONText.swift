/// Strings between their quotes: from bytes to text.
package enum JSONText {
    /// The string that the bytes between two quotes spell.
    ///
    /// - Parameter range: between the quotes, as found by the scanner.
    /// - Throws: `badUTF8`, `loneSurrogate`; `badEscape` only when `range` is no scanned string.
    package static func decode(_ body: [UInt8], _ range: Range<Int>) throws(JSONError) -> String {
        let text = body.span.extracting(..<range.upperBound)
        return try decode(text, range, isPlain: ByteSearch.stringStop(in: text, from: range.lowerBound) == range.upperBound)
    }

    /// - Parameter isPlain: whether there are no escapes, so that the bytes are the string.
    static func decode(_ text: Span<UInt8>, _ range: Range<Int>, isPlain: Bool) throws(JSONError) -> String {
        if isPlain { return try string(text.extracting(range), at: range.lowerBound) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try unescape(text, range, into: &bytes)
        return try string(bytes.span, at: range.lowerBound)
    }

    private static func string(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) -> String {
        do { return String(copying: try UTF8Span(validating: bytes)) } catch { throw JSONError(.badUTF8, at: offset) }
    }

    /// Throws `badUTF8` unless all of `bytes` is UTF-8.
    static func checkUTF8(_ bytes: Span<UInt8>, at offset: Int) throws(JSONError) {
        do { _ = try UTF8Span(validating: bytes) } catch { throw JSONError(.badUTF8, at: offset) }
    }

    /// Appends the bytes that a string spells. Not checked for UTF-8.
    static func unescape(_ text: Span<UInt8>, _ range: Range<Int>, into bytes: inout [UInt8]) throws(JSONError) {
        let text = text.extracting(..<range.upperBound)
        var at = range.lowerBound
        while try appendRun(text, &at, to: &bytes) { append(try escape(text, &at), to: &bytes) }
    }

    /// Appends a string as this gateway spells it. Not checked for UTF-8.
    static func respell(_ text: Span<UInt8>, _ range: Range<Int>, into bytes: inout [UInt8]) throws(JSONError) {
        let text = text.extracting(..<range.upperBound)
        var at = range.lowerBound
        while try appendRun(text, &at, to: &bytes) {
            let scalar = try escape(text, &at)
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" {
                appendEscape(of: UInt8(truncatingIfNeeded: scalar.value), to: &bytes)
            } else {
                append(scalar, to: &bytes)
            }
        }
    }

    /// Appends the bytes up to the next escape.
    ///
    /// - Returns: false at the end of the text; else `at` is at the backslash.
    private static func appendRun(_ text: Span<UInt8>, _ at: inout Int, to bytes: inout [UInt8]) throws(JSONError) -> Bool {
        let stop = ByteSearch.stringStop(in: text, from: at)
        bytes.append(text, at..<stop)
        at = stop
        guard at < text.count else { return false }
        guard text[at] == .backslash else { throw JSONError(.controlByte, at: at) }
        return true
    }

    private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        if scalar.isASCII { return bytes.append(UInt8(truncatingIfNeeded: scalar.value)) }
        bytes.append(contentsOf: UTF8.encode(scalar)!)  // a scalar value always has an encoding
    }

    /// What an escape stands for, with `at` at the backslash.
    private static func escape(_ text: Span<UInt8>, _ at: inout Int) throws(JSONError) -> Unicode.Scalar {
        guard at + 1 < text.count else { throw JSONError(.badEscape, at: at) }
        let scalar: Unicode.Scalar
        switch text[at + 1] {
        case .quote, .backslash, .slash: scalar = Unicode.Scalar(text[at + 1])
        case .letterN: scalar = "\n"
        case .letterT: scalar = "\t"
        case .letterR: scalar = "\r"
        case .letterB: scalar = "\u{8}"
        case .letterF: scalar = "\u{C}"
        case .letterU: return try unicodeEscape(text, &at)
        default: throw JSONError(.badEscape, at: at)
        }
        at += 2
        return scalar
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
}
