/// A request head that passed every check of RFC 9112 and RFC 9110 made here.
///
/// A class, since it is handed from hand to hand and never changed: a copy of its parts would count a dozen references each time.
package final class RequestHead: Sendable {
    /// How the body is delimited.
    package enum Framing: Equatable, Sendable {
        /// No Content-Length and no Transfer-Encoding: there is no body.
        case none
        /// Exactly this many bytes, however many `HTTPLimits.bodyBytes` allows: whoever reads the body compares them.
        case length(Int)
        /// A `ChunkedDecoder` finds the end.
        case chunked
    }

    package let method: HTTPMethod
    /// The path as received, percent-encoding untouched: starts with `/`, or is `*` (OPTIONS only).
    package let path: String
    /// What follows the first `?`, without it; nil when there was none. As received.
    package let query: String?
    package let version: HTTPVersion
    package let fields: HeaderFields
    package let framing: Framing
    /// Whether the client lets the connection live on after this request.
    package let keepAlive: Bool
    /// Whether a body follows and the client waits for `100 Continue` before it sends it.
    package let expectsContinue: Bool
    /// Whether the client asks for another protocol. It may be ignored.
    package let asksForUpgrade: Bool

    private let authorityRange: Range<Int>?

    /// The host and port the request is for: the target's in absolute-form, else the Host header's. nil only in HTTP/1.0.
    ///
    /// - SeeAlso: RFC 9112, section 3.2.2: in absolute-form the Host header is ignored.
    package var authority: String? {
        authorityRange.map { String(decoding: fields.bytes[$0], as: UTF8.self) }
    }

    /// Bytes of the whole head as received, the empty line that ends it included.
    package var byteCount: Int { fields.bytes.count }

    /// The target with its query, in origin-form. For logs use `path`: a query can hold a key.
    package var target: String { query.map { path + "?" + $0 } ?? path }

    init(line: RequestLine, fields: HeaderFields, facts: HeadFacts) {
        let bytes = fields.bytes
        method = HTTPMethod(unchecked: String(decoding: bytes[line.method], as: UTF8.self))
        if line.path.isEmpty {
            path = line.emptyPathIsAsterisk ? "*" : "/"
        } else {
            path = String(decoding: bytes[line.path], as: UTF8.self)
        }
        query = line.query.map { String(decoding: bytes[$0], as: UTF8.self) }
        version = line.version
        self.fields = fields
        framing = facts.framing
        keepAlive = facts.keepAlive
        expectsContinue = facts.expectsContinue
        asksForUpgrade = facts.asksForUpgrade
        authorityRange = line.authority ?? facts.host
    }
}
