import JSONBytes

/// The numbers of an embedding.
enum EmbeddingVector {
    /// Little-endian numbers of 32 bits, in base64: what OpenAI's own client asks for when nobody says otherwise.
    static func base64(_ values: [JSONValue]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 4)
        for value in values {
            let bits = Float(value.double ?? 0).bitPattern
            for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        return Base64.encoded(bytes)
    }

    /// From a list of numbers, or from base64.
    ///
    /// - Returns: nil for anything else, and for numbers that JSON cannot spell.
    static func numbers(_ value: JSONValue?) -> [JSONValue]? {
        if let values = value?.array { return values.allSatisfy { $0.number != nil } ? values : nil }
        guard let text = value?.string, let bytes = Base64.decoded(text), bytes.count % 4 == 0 else { return nil }
        var values: [JSONValue] = []
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
            let number = Float(bitPattern: bits)
            // The shortest spelling of the number of 32 bits, not of its 64.
            guard number.isFinite, let spelled = JSONNumber("\(number)") else { return nil }
            values.append(.number(spelled))
        }
        return values
    }
}
