import HTTPWire

/// Finds the API key that a request carries.
///
/// Clients send it in five ways. Where a request carries several, the first of this list counts, whatever the others say; places that are
/// empty, or hold something else (`Authorization: Basic …`), are passed over:
/// `Authorization: Bearer`, `x-api-key`, `api-key`, `x-goog-api-key`, the query's `key`.
enum PresentedKey {
    /// - Returns: nil when there is none.
    static func find(in head: RequestHead) -> [UInt8]? {
        if let token = bearerToken(in: head.fields) { return token }
        for name in ["x-api-key", "api-key", "x-goog-api-key"] {
            if let value = firstNonEmpty(name, in: head.fields) { return Array(value) }
        }
        return head.query.flatMap(queryKey(in:))
    }

    /// - SeeAlso: RFC 9110, section 11.1: the scheme's case does not matter, and one or more spaces follow it.
    private static func bearerToken(in fields: HeaderFields) -> [UInt8]? {
        let scheme = "bearer "
        var from = 0
        while let index = fields.index(of: "authorization", from: from) {
            if fields.valueBegins(with: scheme, at: index) {
                let token = fields.valueBytes(at: index).dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }
                if !token.isEmpty { return Array(token) }
            }
            from = index + 1
        }
        return nil
    }

    private static func firstNonEmpty(_ name: String, in fields: HeaderFields) -> ArraySlice<UInt8>? {
        var from = 0
        while let index = fields.index(of: name, from: from) {
            let value = fields.valueBytes(at: index)
            if !value.isEmpty { return value }
            from = index + 1
        }
        return nil
    }

    /// The first `key` with a value. `+` stands for itself, as RFC 3986 has it.
    private static func queryKey(in query: String) -> [UInt8]? {
        for parameter in query.utf8.split(separator: UInt8(ascii: "&")) where parameter.starts(with: "key=".utf8) {
            let value = percentDecoded(parameter.dropFirst(4))
            if !value.isEmpty { return value }
        }
        return nil
    }

    /// A `%` that two hexadecimal digits do not follow is left as it is: no stored key will match.
    private static func percentDecoded(_ text: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
