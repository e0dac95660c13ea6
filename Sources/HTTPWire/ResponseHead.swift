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
    let fields = fields.span
    output.append(addingCapacity: headBytesMax + (date?.utf8.count ?? 0) + lineBytes(fields)) { head in
        head.append(text: "HTTP/1.1 ")
        head.append(decimal: status)
        head.append(ASCII.space)
        head.append(text: statusReason(status))
        head.appendLineEnd()
        if let date { head.append(HeaderField("date", date)) }
        for index in fields.indices { head.append(fields[index], unlessFraming: true) }
        writeFraming(framing, into: &head)
        if status >= 200 { writeConnection(keepAlive && framing != .close, version, into: &head) }
        head.appendLineEnd()
    }
    return framing
}

private func effectiveFraming(_ status: Int, _ framing: ResponseFraming, _ version: HTTPVersion) -> ResponseFraming {
    if status < 200 || status == 204 || status == 304 { return .none }
    return framing == .chunked && version == .http10 ? .close : framing
}

private func writeFraming(_ framing: ResponseFraming, into output: inout OutputSpan<UInt8>) {
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
private func writeConnection(_ keepAlive: Bool, _ version: HTTPVersion, into output: inout OutputSpan<UInt8>) {
    if !keepAlive {
        output.append(text: "connection: close\r\n")
    } else if version == .http10 {
        output.append(text: "connection: keep-alive\r\n")
    }
}
