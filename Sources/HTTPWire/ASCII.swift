/// Bytes with a name in the grammar.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let hash: UInt8 = 0x23
    static let percent: UInt8 = 0x25
    static let asterisk: UInt8 = 0x2A
    static let comma: UInt8 = 0x2C
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let question: UInt8 = 0x3F
    static let bracketOpen: UInt8 = 0x5B
    static let bracketClose: UInt8 = 0x5D
    static let delete: UInt8 = 0x7F
}

/// A set of ASCII bytes as two words, one bit a byte: membership is a shift, with no table in memory.
struct ByteSet: Sendable {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word >> UInt64(byte & 63)) & 1 == 1
    }

    /// `tchar`: letters, digits and !#$%&'*+-.^_`|~
    ///
    /// - SeeAlso: RFC 9110, section 5.6.2
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// `unreserved` and `sub-delims`: what a registered name may hold besides percent-encoded bytes.
    ///
    /// - SeeAlso: RFC 3986, section 3.2.2
    static var hostName: ByteSet { ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// Hexadecimal digits in both cases.
    static var hexDigit: ByteSet { ByteSet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E) }
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { self &- ASCII.zero < 10 }

    /// VCHAR, SP, HTAB or obs-text: what a field value may hold. CR, LF, NUL and the other control bytes are not.
    ///
    /// - SeeAlso: RFC 9110, section 5.5
    @inline(__always)
    var isFieldValue: Bool { (self >= 0x20 && self != ASCII.delete) || self == ASCII.tab }

    /// SP or HTAB.
    @inline(__always)
    var isBlank: Bool { self == ASCII.space || self == ASCII.tab }

    @inline(__always)
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// 0 to 15, or nil when this is no hexadecimal digit.
    @inline(__always)
    var hexValue: Int? {
        if isDigit { return Int(self &- ASCII.zero) }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? Int(letter) + 10 : nil
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes at `range` spell `text`, which is in lower case, in whatever case.
    func matches(_ text: String, at range: Range<Int>) -> Bool {
        let expected = text.utf8.span
        guard range.count == expected.count else { return false }
        for offset in expected.indices where self[range.lowerBound + offset].lowercased != expected[offset] { return false }
        return true
    }

    /// Whether the bytes at `range` are exactly `text`.
    func spells(_ text: String, at range: Range<Int>) -> Bool {
        areEqual(extracting(range), text.utf8.span)
    }

    /// `range` without white space at either end.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, self[lower].isBlank { lower += 1 }
        while lower < upper, self[upper - 1].isBlank { upper -= 1 }
        return lower..<upper
    }

    /// Whether every byte at `range` may stand in a field value.
    func isFieldValue(_ range: Range<Int>) -> Bool {
        // Eight bytes at a time up to the first that are not visible ASCII; what is behind, if anything, byte by byte.
        let part = extracting(range)
        for index in part.visiblePrefixCount..<part.count where !part[index].isFieldValue { return false }
        return true
    }

    /// Whether `range` is one or more bytes that may stand in a token.
    func isToken(_ range: Range<Int>) -> Bool { !range.isEmpty && tokenEnd(range) == range.upperBound }

    /// The first place in `range` that may not stand in a token; or else its end.
    func tokenEnd(_ range: Range<Int>) -> Int {
        var index = range.lowerBound + extracting(range).namePrefixCount
        while index < range.upperBound, ByteSet.token.contains(self[index]) { index += 1 }
        return index
    }
}

/// The elements of a comma-separated list, trimmed, empty ones included.
///
/// - SeeAlso: RFC 9110, section 5.6.1
struct ListElements {
    private var rest: Range<Int>?

    init(_ range: Range<Int>) { rest = range }

    mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
        guard let range = rest else { return nil }
        guard let comma = firstIndex(of: ASCII.comma, in: bytes, range) else {
            rest = nil
            return bytes.trimmed(range)
        }
        rest = (comma + 1)..<range.upperBound
        return bytes.trimmed(range.lowerBound..<comma)
    }
}
