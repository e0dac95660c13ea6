extension HeaderFields {
    /// Without the fields that speak of the connection only, those that `connection` names among them.
    ///
    /// - SeeAlso: RFC 9110, section 7.6.1
    package func withoutHopByHop() -> HeaderFields {
        let span = bytes.span
        var named: [Range<Int>] = []
        var isFree = true
        for entry in entries where isHopByHop(span, entry.name) {
            isFree = false
            guard entry.name.count == 10, span.spells("connection", at: entry.name) else { continue }
            var options = ListElements(entry.value)
            while let option = options.next(in: span) { named.append(option) }
        }
        if isFree { return self }
        return HeaderFields(
            checked: bytes,
            entries: entries.filter { entry in
                !isHopByHop(bytes.span, entry.name) && !named.contains { isSame(bytes.span, $0, entry.name) }
            })
    }
}

/// - Parameter name: in lower case.
private func isSame(_ bytes: Span<UInt8>, _ option: Range<Int>, _ name: Range<Int>) -> Bool {
    guard option.count == name.count else { return false }
    for offset in 0..<name.count where bytes[option.lowerBound + offset].lowercased != bytes[name.lowerBound + offset] { return false }
    return true
}

private func isHopByHop(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
    switch name.count {
    case 2: bytes.spells("te", at: name)
    case 7: bytes.spells("upgrade", at: name) || bytes.spells("trailer", at: name)
    case 10: bytes.spells("connection", at: name) || bytes.spells("keep-alive", at: name)
    case 16: bytes.spells("proxy-connection", at: name)
    case 17: bytes.spells("transfer-encoding", at: name)
    case 18: bytes.spells("proxy-authenticate", at: name)
    case 19: bytes.spells("proxy-authorization", at: name)
    default: false
    }
}
