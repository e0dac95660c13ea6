/// How the body of a response is delimited.
package enum ResponseFraming: Equatable, Sendable {
    /// Exactly this many bytes. In an answer to HEAD: what GET would have sent.
    case length(Int)
    /// Chunks, written with `ChunkedEncoder`.
    case chunked
    /// No body and no field that speaks of one. Always so for 1xx, 204 and 304; otherwise only in an answer to HEAD, as a client takes
    /// what comes after any other head without framing for the body. A body of nothing is `.length(0)`.
    case none
    /// Whatever comes until the connection closes.
    case close
}

/// Appends a whole response head, with the empty line, to `output`.
///
/// The framing fields are written here and only here: `content-length`, `transfer-encoding`, `connection` and `keep-alive` among
/// `fields` are left out. Nothing in `fields` can start a new line: a field whose name is not a token is left out, and every control
/// byte of a value but HTAB becomes a space (RFC 9110, section 5.5).
///
/// - Parameters:
///   - status: 100 to 999.
///   - fields: names in any case, written as given.
///   - keepAlive: whether the connection may live on. `.close` overrules it.
///   - version: what the client spoke. HTTP/1.0 never gets chunks: `.chunked` becomes `.close`.
///   - date: the value of the `date` field, see `httpDate`; nil writes none.
/// - Returns: the framing that the body must have, which differs from `framing` for HTTP/1.0 and for statuses without a body.
@discardableResult
package func writeResponseHead(
    status: Int, fields: [HeaderField] = [], framing: ResponseFraming, keepAlive: Bool, version: HTTPVersion = .http11,
    date: String? = nil, into output: inout [UInt8]
) -> ResponseFraming {
    precondition((100...999).contains(status), "a status has three digits")
    let framing = effectiveFraming(status, framing, version)
    output.append(text: "HTTP/1.1 ")
    output.append(decimal: status)
    output.append(ASCII.space)
    output.append(text: statusReason(status))
    output.appendLineEnd()
    if let date { output.append(field: "date", date) }
    let fields = fields.span
    for index in fields.indices { output.append(unlessFraming: fields[index]) }
    writeFraming(framing, into: &output)
    if status >= 200 { writeConnection(keepAlive && framing != .close, version, into: &output) }
    output.appendLineEnd()
    return framing
}

private func effectiveFraming(_ status: Int, _ framing: ResponseFraming, _ version: HTTPVersion) -> ResponseFraming {
    if status < 200 || status == 204 || status == 304 { return .none }
    return framing == .chunked && version == .http10 ? .close : framing
}

private func writeFraming(_ framing: ResponseFraming, into output: inout [UInt8]) {
    switch framing {
    case .length(let count):
        output.append(text: "content-length: ")
        output.append(decimal: count)
        output.appendLineEnd()
    case .chunked: output.append(text: "transfer-encoding: chunked\r\n")
    case .none, .close: break
    }
}

/// Only what differs from the version's default is said. RFC 9112, section 9.3.
private func writeConnection(_ keepAlive: Bool, _ version: HTTPVersion, into output: inout [UInt8]) {
    if !keepAlive {
        output.append(text: "connection: close\r\n")
    } else if version == .http10 {
        output.append(text: "connection: keep-alive\r\n")
    }
}

private func isFramingField(_ name: String) -> Bool {
    let bytes = name.utf8.span
    let all = 0..<bytes.count
    return switch bytes.count {
    case 10: bytes.matches("connection", at: all) || bytes.matches("keep-alive", at: all)
    case 14: bytes.matches("content-length", at: all)
    case 17: bytes.matches("transfer-encoding", at: all)
    default: false
    }
}

extension [UInt8] {
    /// Appends a number of 0 or more in decimal digits.
    mutating func append(decimal number: Int) {
        precondition(number >= 0, "lengths and statuses are not negative")
        if number >= 10 { append(decimal: number / 10) }
        append(ASCII.zero + UInt8(number % 10))
    }

    mutating func appendLineEnd() {
        append(ASCII.carriageReturn)
        append(ASCII.lineFeed)
    }

    fileprivate mutating func append(unlessFraming field: HeaderField) {
        if !isFramingField(field.name) { append(field: field.name, field.value) }
    }

    /// Appends a field line, or nothing when `name` is not a token. Control bytes of the value become spaces.
    mutating func append(field name: String, _ value: String) {
        let nameBytes = name.utf8.span
        guard nameBytes.isFilled(with: .token, 0..<nameBytes.count) else { return }
        append(text: name)
        append(ASCII.colon)
        append(ASCII.space)
        let valueBytes = value.utf8.span
        if valueBytes.isFieldValue(0..<valueBytes.count) {
            append(text: value)
        } else {
            append(contentsOf: value.utf8.lazy.map { $0.isFieldValue ? $0 : ASCII.space })
        }
        appendLineEnd()
    }
}
