/// Appends the head of a request to a server, with the empty line, to `output`.
///
/// The framing is written here and only here; whoever calls gives no `host`, `content-length`, `transfer-encoding` or `connection` among
/// `fields`. Nothing in `fields` can start a new line: a field whose name is not a token is left out, and every control byte of a value
/// but HTAB becomes a space (RFC 9110, section 5.5).
///
/// - Parameters:
///   - target: see `isRequestTarget`.
///   - bodyBytes: nil for a request that has no body and whose method expects none.
package func writeRequestHead(
    method: String, target prefix: String, _ path: String, host: String, fields: [HeaderField], bodyBytes: Int?,
    into output: inout [UInt8]
) {
    let fields = fields.span
    let line = method.utf8.count + prefix.utf8.count + path.utf8.count + host.utf8.count
    output.append(addingCapacity: headBytesMax + line + lineBytes(fields)) { head in
        head.append(text: method)
        head.append(ASCII.space)
        head.append(text: prefix)
        head.append(text: path)
        head.append(text: " HTTP/1.1\r\nhost: ")
        head.append(text: host)
        head.appendLineEnd()
        for index in fields.indices { head.append(fields[index]) }
        if let bodyBytes {
            head.append(text: "content-length: ")
            head.append(decimal: bodyBytes)
            head.appendLineEnd()
        }
        head.appendLineEnd()
    }
}

/// Whether `text` may stand in a request line as it is: visible ASCII without the mark of a fragment, which is not sent.
package func isRequestTarget(_ text: String) -> Bool {
    let bytes = text.utf8.span
    for index in bytes.indices where !(0x21...0x7E).contains(bytes[index]) || bytes[index] == ASCII.hash { return false }
    return true
}

/// Whether `text` may stand in a request line as its method.
package func isMethod(_ text: String) -> Bool {
    let bytes = text.utf8.span
    return bytes.isToken(0..<bytes.count)
}
