extension JSONValue {
    /// The value as compact JSON: no white space, numbers as they are spelled, strings as `JSONText` writes them.
    package func written() -> [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    /// Appends the value as compact JSON. Recurses once per level of nesting.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.spelling.utf8)
        case .string(let string): JSONText.appendQuoted(string, to: &bytes)
        case .array(let elements):
            bytes.append(.openBracket)
            for index in elements.indices {
                if index > 0 { bytes.append(.comma) }
                elements[index].write(to: &bytes)
            }
            bytes.append(.closeBracket)
        case .object(let object): object.write(to: &bytes)
        }
    }
}

extension JSONObject {
    package func write(to bytes: inout [UInt8]) {
        bytes.append(.openBrace)
        for index in members.indices {
            if index > 0 { bytes.append(.comma) }
            JSONText.appendQuoted(members[index].name, to: &bytes)
            bytes.append(.colon)
            members[index].value.write(to: &bytes)
        }
        bytes.append(.closeBrace)
    }
}
