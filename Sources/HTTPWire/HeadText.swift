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

    /// Appends a field line, or nothing when `name` is not a token. Control bytes of the value become spaces.
    mutating func append(field name: String, _ value: String) {
        let (nameBytes, valueBytes) = (name.utf8.span, value.utf8.span)
        if appendPlain(field: nameBytes, valueBytes) { return }
        guard nameBytes.isToken(0..<nameBytes.count) else { return }
        append(text: name)
        append(ASCII.colon)
        append(ASCII.space)
        for index in valueBytes.indices { append(valueBytes[index].isFieldValue ? valueBytes[index] : ASCII.space) }
        appendLineEnd()
    }
}
