/// A checked status line. The reason phrase says nothing that counts.
///
/// - SeeAlso: RFC 9112, section 4
struct StatusLine {
    /// 100 to 999.
    let status: Int
    let version: HTTPVersion

    /// `HTTP/1.1 200`
    private static let bytesMin = 12
    private static let statusStart = 9

    /// - Parameter line: without its line end.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(WireError) {
        let start = line.lowerBound
        guard line.count >= Self.bytesMin, Self.canBegin(bytes, line) else { throw .versionMalformed }
        version = bytes[start + 7] == UInt8(ascii: "1") ? .http11 : .http10
        var status = 0
        for index in (start + Self.statusStart)..<(start + Self.bytesMin) {
            guard bytes[index].isDigit else { throw .requestLineMalformed }
            status = status * 10 + Int(bytes[index] - ASCII.zero)
        }
        guard status >= 100 else { throw .requestLineMalformed }
        self.status = status
        guard line.count > Self.bytesMin else { return }
        let rest = (start + Self.bytesMin)..<line.upperBound
        guard bytes[rest.lowerBound] == ASCII.space, bytes.isFieldValue(rest) else { throw .requestLineMalformed }
    }

    /// Whether a status line can begin with these bytes, however few.
    static func canBegin(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let expected = "HTTP/1.1 ".utf8.span
        for offset in 0..<min(range.count, expected.count) {
            let byte = bytes[range.lowerBound + offset]
            guard byte == expected[offset] || (offset == 7 && byte == ASCII.zero) else { return false }
        }
        return true
    }
}
