/// What the header fields of an answer say about its body and its connection.
///
/// - SeeAlso: RFC 9112, sections 6.3 and 9.3
struct ResponseFacts {
    private(set) var framing = ResponseFraming.close
    private(set) var keepAlive = false

    private var length: Int?
    private var codings = TransferCodings()
    private var closeNamed = false
    private var keepAliveNamed = false

    /// - Parameter isToHead: the request's method was HEAD.
    init(_ fields: HeaderFields, status: Int, version: HTTPVersion, isToHead: Bool) throws(WireError) {
        let bytes = fields.bytes.span
        let entries = fields.entries.span
        for index in entries.indices { try read(bytes, name: entries[index].name, value: entries[index].value) }
        framing = try framing(status, version, isToHead)
        keepAlive = !closeNamed && (version == .http11 || keepAliveNamed) && framing != .close
    }

    private mutating func read(_ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>) throws(WireError) {
        switch name.count {
        case 10 where bytes.spells("connection", at: name):
            var options = ListElements(value)
            while let option = options.next(in: bytes) {
                if bytes.matches("close", at: option) { closeNamed = true }
                if bytes.matches("keep-alive", at: option) { keepAliveNamed = true }
            }
        case 14 where bytes.spells("content-length", at: name):
            // The same number again is what an intermediary can do by mistake (RFC 9112, section 6.3); another is a trap.
            let count = try bytes.contentLength(value)
            guard length == nil || length == count else { throw .lengthRepeated }
            length = count
        case 17 where bytes.spells("transfer-encoding", at: name):
            try codings.read(bytes, value)
        default: break
        }
    }

    private func framing(_ status: Int, _ version: HTTPVersion, _ isToHead: Bool) throws(WireError) -> ResponseFraming {
        if codings.given {
            guard length == nil else { throw .lengthAndCoding }
            guard version == .http11 else { throw .codingInOldVersion }
            guard !codings.unknown else { throw .codingUnknown }
        }
        if isToHead || status == 204 || status == 304 { return .none }
        if codings.given { return .chunked }
        return length.map { .length($0) } ?? .close
    }
}
