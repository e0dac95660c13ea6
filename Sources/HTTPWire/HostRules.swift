/// Refuses what is not `uri-host [ ":" port ]`: an empty host, user information, white space, bad brackets, a port above 65535.
///
/// - SeeAlso: RFC 9110, section 7.2, and RFC 3986, section 3.2.2
func checkHost(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
    guard let first = range.first else { throw .hostMalformed }
    let hostEnd = bytes[first] == ASCII.bracketOpen ? endOfAddress(bytes, range) : endOfName(bytes, range)
    guard let hostEnd else { throw .hostMalformed }
    if hostEnd == range.upperBound { return }

    var port = 0
    for index in (hostEnd + 1)..<range.upperBound {
        port = port * 10 + Int(bytes[index] &- ASCII.zero)
        guard bytes[index].isDigit, port <= 65_535 else { throw .hostMalformed }
    }
}

/// Where the registered name or IPv4 address ends: at the colon or at the end. nil when it is malformed.
private func endOfName(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let end = firstIndex(of: ASCII.colon, in: bytes, range) ?? range.upperBound
    var index = range.lowerBound
    while index < end {
        if bytes[index] == ASCII.percent {
            guard index + 2 < end, ByteSet.hexDigit.contains(bytes[index + 1]), ByteSet.hexDigit.contains(bytes[index + 2]) else { return nil }
            index += 3
        } else {
            guard ByteSet.hostName.contains(bytes[index]) else { return nil }
            index += 1
        }
    }
    return end > range.lowerBound ? end : nil
}

/// Where the IPv6 address in brackets ends: behind the closing bracket. nil when it is malformed.
///
/// Only the bytes are checked (hexadecimal digits, colons, dots). Future address versions and zone identifiers are refused.
private func endOfAddress(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard let close = firstIndex(of: ASCII.bracketClose, in: bytes, range) else { return nil }
    let address = (range.lowerBound + 1)..<close
    for index in address {
        let byte = bytes[index]
        guard ByteSet.hexDigit.contains(byte) || byte == ASCII.colon || byte == UInt8(ascii: ".") else { return nil }
    }
    let end = close + 1
    guard address.count >= 2, end == range.upperBound || bytes[end] == ASCII.colon else { return nil }
    return end
}
