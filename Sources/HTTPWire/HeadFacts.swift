/// What the header fields say about the message itself: who it is for, how its body is delimited, what becomes of the connection.
///
/// - SeeAlso: RFC 9112, sections 3.2, 6.3 and 9.3; RFC 9110, sections 7.6.1 and 10.1.1
struct HeadFacts {
    private(set) var framing = RequestHead.Framing.none
    private(set) var keepAlive: Bool
    private(set) var expectsContinue = false
    private(set) var asksForUpgrade = false
    /// Where the Host header's value stands.
    private(set) var host: Range<Int>?

    private var length: Int?
    private var codings = TransferCodings()
    private var closeNamed = false
    private var keepAliveNamed = false
    private var upgradeNamed = false
    private var upgradeGiven = false

    init(_ fields: HeaderFields, version: HTTPVersion) throws(WireError) {
        keepAlive = false
        let bytes = fields.bytes.span
        let entries = fields.entries.span
        for index in entries.indices { try read(bytes, name: entries[index].name, value: entries[index].value) }
        if version == .http11, host == nil { throw .hostMissing }
        framing = try framing(version)
        keepAlive = !closeNamed && (version == .http11 || keepAliveNamed)
        asksForUpgrade = upgradeNamed && upgradeGiven && version == .http11
        // RFC 9110, section 10.1.1: HTTP/1.0 has no 100 Continue, and without a body there is nothing to wait for.
        if version == .http10 || framing == .none || framing == .length(0) { expectsContinue = false }
    }

    /// The lengths of the names that matter are all different: most fields are passed over at the price of one comparison.
    private mutating func read(_ bytes: Span<UInt8>, name: Range<Int>, value: Range<Int>) throws(WireError) {
        switch name.count {
        case 4 where bytes.spells("host", at: name):
            guard host == nil else { throw .hostRepeated }
            try checkHost(bytes, value)
            host = value
        case 6 where bytes.spells("expect", at: name):
            guard bytes.matches("100-continue", at: value) else { throw .expectationUnknown }
            expectsContinue = true
        case 7 where bytes.spells("upgrade", at: name):
            upgradeGiven = true
        case 10 where bytes.spells("connection", at: name):
            readConnection(bytes, value)
        case 14 where bytes.spells("content-length", at: name):
            guard length == nil else { throw .lengthRepeated }
            length = try bytes.contentLength(value)
        case 17 where bytes.spells("transfer-encoding", at: name):
            try codings.read(bytes, value)
        default: break
        }
    }

    private mutating func readConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var options = ListElements(value)
        while let option = options.next(in: bytes) {
            if bytes.matches("close", at: option) { closeNamed = true }
            if bytes.matches("keep-alive", at: option) { keepAliveNamed = true }
            if bytes.matches("upgrade", at: option) { upgradeNamed = true }
        }
    }

    /// RFC 9112, section 6.3, without its tolerances: what two recipients could read differently is refused.
    private func framing(_ version: HTTPVersion) throws(WireError) -> RequestHead.Framing {
        if codings.given {
            guard length == nil else { throw .lengthAndCoding }
            guard version == .http11 else { throw .codingInOldVersion }
            guard !codings.unknown else { throw .codingUnknown }
            return .chunked
        }
        guard let length else { return .none }
        return .length(length)
    }
}

/// The Transfer-Encoding fields of one head, read in order.
struct TransferCodings {
    private(set) var given = false
    /// Whether a coding other than chunked was named.
    private(set) var unknown = false
    private var chunked = false

    mutating func read(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(WireError) {
        given = true
        var list = ListElements(value)
        while let coding = list.next(in: bytes) {
            // Anything behind chunked, be it chunked again, would have to be taken off after the length is known.
            guard bytes.isToken(coding), !chunked else { throw .codingMalformed }
            if bytes.matches("chunked", at: coding) { chunked = true } else { unknown = true }
        }
    }
}
