/// More than what of a head is neither its target nor one of its fields: the status line with its reason, framing and connection.
let headBytesMax = 192

/// Bytes of the field lines of `fields`.
func lineBytes(_ fields: Span<HeaderField>) -> Int {
    var count = 0
    for index in fields.indices { count += fields[index].name.utf8.count + fields[index].value.utf8.count + 4 }
    return count
}

extension OutputSpan where Element == UInt8 {
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

    /// Appends a field line, or nothing when its name is not a token. Control bytes of the value become spaces.
    ///
    /// - Parameter unlessFraming: whether fields that say how the body is delimited, or what becomes of the connection, are left out.
    mutating func append(_ field: borrowing HeaderField, unlessFraming: Bool = false) {
        let nameBytes = field.name.utf8.span
        let valueBytes = field.value.utf8.span
        if unlessFraming, isFramingField(nameBytes) { return }
        if appendPlain(field: nameBytes, valueBytes) { return }
        guard nameBytes.isToken(0..<nameBytes.count) else { return }
        append(text: field.name)
        append(ASCII.colon)
        append(ASCII.space)
        for index in valueBytes.indices { append(valueBytes[index].isFieldValue ? valueBytes[index] : ASCII.space) }
        appendLineEnd()
    }
}

private func isFramingField(_ name: Span<UInt8>) -> Bool {
    let all = 0..<name.count
    return switch name.count {
    case 10: name.matches("connection", at: all) || name.matches("keep-alive", at: all)
    case 14: name.matches("content-length", at: all)
    case 17: name.matches("transfer-encoding", at: all)
    default: false
    }
}
