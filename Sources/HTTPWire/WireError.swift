/// Why a request was refused at the wire. The connection closes after the answer: where the next request starts is not known.
package struct WireError: Error, Equatable, Sendable {
    /// One of 400, 413, 414, 417, 431, 501, 505.
    package let status: Int
    /// A fixed sentence for the caller. It never quotes what was received.
    package let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}

// The request line: RFC 9112, section 3.
extension WireError {
    static var requestLineTooLong: WireError { .init(414, "The request line is too long.") }
    static var requestLineMalformed: WireError { .init(400, "The request line is not: method, one space, target, one space, version.") }
    static var methodMalformed: WireError { .init(400, "The method is not a token.") }
    static var methodTooLong: WireError { .init(501, "The method is not known.") }
    static var methodNotServed: WireError { .init(501, "CONNECT and TRACE are not served.") }
    static var versionMalformed: WireError { .init(400, "The HTTP version is malformed.") }
    static var versionNotServed: WireError { .init(505, "Only HTTP/1.1 and HTTP/1.0 are served.") }
    static var targetMalformed: WireError { .init(400, "The request target is malformed.") }
}

// Header and trailer fields: RFC 9112, section 5, and RFC 9110, section 5.
extension WireError {
    static var tooManyEmptyLines: WireError { .init(400, "Too many empty lines before the request line.") }
    static var bareLineFeed: WireError { .init(400, "A line ends in LF without CR.") }
    static var bareCarriageReturn: WireError { .init(400, "A CR is not followed by LF.") }
    static var headerTooLarge: WireError { .init(431, "The header fields are too large.") }
    static var headerTooMany: WireError { .init(431, "There are too many header fields.") }
    static var headerFolded: WireError { .init(400, "A header line starts with white space. Folded lines are obsolete and refused.") }
    static var headerWithoutColon: WireError { .init(400, "A header line has no colon.") }
    static var headerNameMalformed: WireError { .init(400, "A header name is not a token, or is followed by white space.") }
    static var headerValueMalformed: WireError { .init(400, "A header value holds a control byte.") }
    static var hostMissing: WireError { .init(400, "HTTP/1.1 requires a Host header.") }
    static var hostRepeated: WireError { .init(400, "The Host header is given more than once.") }
    static var hostMalformed: WireError { .init(400, "The host is malformed.") }
    static var expectationUnknown: WireError { .init(417, "The only expectation served is 100-continue.") }
}

// The body's framing: RFC 9112, sections 6 and 7.
extension WireError {
    static var lengthAndCoding: WireError { .init(400, "Content-Length and Transfer-Encoding exclude each other.") }
    static var lengthRepeated: WireError { .init(400, "Content-Length is given more than once.") }
    static var lengthMalformed: WireError { .init(400, "Content-Length is not a number.") }
    package static var bodyTooLarge: WireError { .init(413, "The request body is too large.") }
    static var codingMalformed: WireError { .init(400, "Transfer-Encoding is malformed: chunked must stand once, at the end.") }
    static var codingUnknown: WireError { .init(501, "The only transfer coding served is chunked.") }
    static var codingInOldVersion: WireError { .init(400, "HTTP/1.0 has no Transfer-Encoding.") }
    static var chunkSizeMalformed: WireError { .init(400, "A chunk size is malformed.") }
    static var chunkLineTooLong: WireError { .init(400, "A chunk size line is too long.") }
    static var chunkExtensionMalformed: WireError { .init(400, "A chunk extension is malformed.") }
    static var chunkExtensionsTooLong: WireError { .init(400, "The chunk sizes and extensions outweigh the data.") }
    static var chunkEndMalformed: WireError { .init(400, "The data of a chunk is not followed by CR LF.") }
    static var trailerTooMany: WireError { .init(431, "There are too many trailer fields.") }
    static var trailerTooLarge: WireError { .init(431, "The trailer fields are too large.") }
}
