/// A checked request line. Ranges count from the start of the head.
///
/// - SeeAlso: RFC 9112, section 3
struct RequestLine {
    private(set) var method: Range<Int>
    private(set) var version: HTTPVersion
    private(set) var path: Range<Int>
    private(set) var query: Range<Int>?
    /// Host and port of a target in absolute-form.
    private(set) var authority: Range<Int>?
    /// Whether an absolute-form target that has no path stands for `*` rather than `/`.
    private(set) var emptyPathIsAsterisk = false

    private static let methodBytesMax = 32
    /// `HTTP/1.1`
    private static let versionBytes = 8

    /// - Parameter line: the request line without its line end; it starts the head.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(WireError) {
        guard let methodEnd = firstIndex(of: ASCII.space, in: bytes, line) else { throw .requestLineMalformed }
        method = line.lowerBound..<methodEnd
        guard bytes.isToken(method) else { throw .methodMalformed }

        let versionStart = line.upperBound - Self.versionBytes
        guard versionStart - 1 > methodEnd, bytes[versionStart - 1] == ASCII.space else { throw .requestLineMalformed }
        let target = (methodEnd + 1)..<(versionStart - 1)
        for index in target where !(0x21...0x7E).contains(bytes[index]) || bytes[index] == ASCII.hash { throw .targetMalformed }
        version = try Self.version(bytes, versionStart..<line.upperBound)

        guard method.count <= Self.methodBytesMax else { throw .methodTooLong }
        if bytes.spells("CONNECT", at: method) || bytes.spells("TRACE", at: method) { throw .methodNotServed }
        path = target
        try readTarget(bytes, target)
        shift(by: -line.lowerBound)
    }

    private static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> HTTPVersion {
        let major = bytes[range.upperBound - 3]
        let minor = bytes[range.upperBound - 1]
        guard bytes.spells("HTTP/", at: range.lowerBound..<(range.lowerBound + 5)), bytes[range.upperBound - 2] == UInt8(ascii: "."),
            major.isDigit, minor.isDigit
        else { throw .versionMalformed }
        switch (major, minor) {
        case (UInt8(ascii: "1"), UInt8(ascii: "1")): return .http11
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): return .http10
        default: throw .versionNotServed
        }
    }

    private mutating func readTarget(_ bytes: Span<UInt8>, _ target: Range<Int>) throws(WireError) {
        guard let first = target.first else { throw .requestLineMalformed }
        if bytes[first] == ASCII.slash { return split(bytes, target) }
        if target.count == 1, bytes[first] == ASCII.asterisk, bytes.spells("OPTIONS", at: method) { return }
        try readAbsolute(bytes, target)
    }

    /// Absolute-form: `http://host:port/path?query`. Its authority outranks the Host header.
    ///
    /// - SeeAlso: RFC 9112, section 3.2.2
    private mutating func readAbsolute(_ bytes: Span<UInt8>, _ target: Range<Int>) throws(WireError) {
        let afterScheme = Self.authorityStart(bytes, target)
        guard let afterScheme else { throw .targetMalformed }
        var end = afterScheme
        while end < target.upperBound, bytes[end] != ASCII.slash, bytes[end] != ASCII.question { end += 1 }
        try checkHost(bytes, afterScheme..<end)
        authority = afterScheme..<end
        split(bytes, end..<target.upperBound)
        // RFC 9112, section 3.2.4: OPTIONS of an authority without path or query is OPTIONS *.
        emptyPathIsAsterisk = path.isEmpty && query == nil && bytes.spells("OPTIONS", at: method)
    }

    private static func authorityStart(_ bytes: Span<UInt8>, _ target: Range<Int>) -> Int? {
        for scheme in ["http://", "https://"] {
            let end = target.lowerBound + scheme.utf8.count
            if end <= target.upperBound, bytes.matches(scheme, at: target.lowerBound..<end) { return end }
        }
        return nil
    }

    /// Divides `range` at its first question mark.
    private mutating func split(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        if let question = firstIndex(of: ASCII.question, in: bytes, range) {
            path = range.lowerBound..<question
            query = (question + 1)..<range.upperBound
        } else {
            path = range
        }
    }

    private mutating func shift(by distance: Int) {
        method = method.shifted(by: distance)
        path = path.shifted(by: distance)
        query = query?.shifted(by: distance)
        authority = authority?.shifted(by: distance)
    }
}

extension Range<Int> {
    func shifted(by distance: Int) -> Range<Int> { (lowerBound + distance)..<(upperBound + distance) }
}
