import JSONBytes

/// A `data:` address taken apart: `data:image/png;base64,…`.
///
/// - SeeAlso: RFC 2397
struct OpenAIDataURI: Equatable {
    /// The media type in lower case, without parameters. `text/plain` where the address names none.
    let type: String
    /// The bytes in base64: as spelled, where they are.
    let base64: String

    /// - Returns: nil when `address` is none, or has no bytes.
    init?(_ address: String) {
        guard Self.hasScheme("data:", address), let comma = address.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = address[..<comma].dropFirst(5).split(separator: ";", omittingEmptySubsequences: false).map { $0.lowercased().filter { $0 != " " } }
        let data = address[address.utf8.index(after: comma)...]
        guard !data.isEmpty else { return nil }
        type = head.first.flatMap { $0.isEmpty ? nil : $0 } ?? "text/plain"
        if head.dropFirst().contains("base64") {
            // Padding and plus signs may be escaped.
            base64 = data.utf8.contains(UInt8(ascii: "%")) ? String(decoding: Self.unescaped(data), as: UTF8.self) : String(data)
        } else {
            base64 = Base64.encoded(Self.unescaped(data))
        }
    }

    static func isWebAddress(_ address: String) -> Bool { hasScheme("https://", address) || hasScheme("http://", address) }

    private static func hasScheme(_ scheme: String, _ address: String) -> Bool {
        address.utf8.count > scheme.utf8.count && zip(address.utf8, scheme.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }

    /// An escape that is none stays as it is.
    private static func unescaped(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.first != UInt8(ascii: "+"),
                let value = UInt8(Substring(digits), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
