extension JSONField {
    /// The string that stands here in `body`.
    ///
    /// - Throws: `wrongType` for any other kind, `badUTF8`, `loneSurrogate`.
    package func string(in body: [UInt8], named name: String = "") throws(JSONError) -> String {
        try expect(.string, name)
        return try JSONText.decode(body, (value.lowerBound + 1)..<(value.upperBound - 1))
    }

    /// - Throws: `wrongType` for any other kind.
    package func bool(in body: [UInt8], named name: String = "") throws(JSONError) -> Bool {
        try expect(.boolean, name)
        return body[value.lowerBound] == .letterT
    }

    /// The whole number that stands here, also when it is spelled `1e3` or `100.0`.
    ///
    /// - Throws: `wrongType` for any other kind, `notAnInteger` for a fraction or more than 64 bits.
    package func int(in body: [UInt8], named name: String = "") throws(JSONError) -> Int {
        try expect(.number, name)
        guard let int = try number(in: body, named: name).int else { throw JSONError(.notAnInteger, at: value.lowerBound) }
        return int
    }

    /// - Throws: `wrongType` for any other kind.
    package func number(in body: [UInt8], named name: String = "") throws(JSONError) -> JSONNumber {
        try expect(.number, name)
        return JSONNumber(checked: try JSONText.decode(body, value))
    }

    private func expect(_ expected: JSONKind, _ name: String) throws(JSONError) {
        guard kind == expected else { throw JSONError(.wrongType(path: name, expected: expected, found: kind), at: value.lowerBound) }
    }
}
