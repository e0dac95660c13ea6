/// Text with `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` in it, taken apart. `$${` stands for `${`.
struct ReferenceText: Equatable {
    enum Piece: Equatable {
        case literal(String)
        case variable(name: String, default: String?)
        case file(path: String)
    }

    struct Mistake: Error, Equatable {
        let message: String
        let hint: String
    }

    private(set) var pieces: [Piece] = []

    /// Most text has no reference: this tells without taking it apart.
    static func isNeeded(for text: String) -> Bool {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if previous == UInt8(ascii: "$"), byte == UInt8(ascii: "{") { return true }
            previous = byte
        }
        return false
    }

    init(_ text: String) throws(Mistake) {
        var rest = text[...]
        var literal = ""
        while let next = rest.first {
            if rest.hasPrefix("$${") {
                literal += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Mistake(message: "a reference begins with ${ and does not end", hint: "close it with }, or write $${ for the text itself")
                }
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = ""
                pieces.append(try Self.reference(rest[rest.index(rest.startIndex, offsetBy: 2)..<end]))
                rest = rest[rest.index(after: end)...]
            } else {
                literal.append(next)
                rest = rest.dropFirst()
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
    }

    /// - Parameter text: what stands between the braces.
    private static func reference(_ text: Substring) throws(Mistake) -> Piece {
        if text.hasPrefix("file:") {
            let path = text.dropFirst(5)
            guard !path.isEmpty else { throw Mistake(message: "${file:} names no file", hint: "write ${file:/path/to/file}") }
            return .file(path: String(path))
        }
        guard text.hasPrefix("env:") else {
            throw Mistake(message: "a reference must be ${env:NAME} or ${file:/path}", hint: "write $${ for the text itself")
        }
        var name = text.dropFirst(4)
        var fallback: String?
        if let colon = name.firstIndex(of: ":") {
            guard name[colon...].hasPrefix(":-") else {
                throw Mistake(message: "a reference must be ${env:NAME} or ${env:NAME:-default}", hint: "a default stands after `:-`")
            }
            fallback = String(name[colon...].dropFirst(2))
            name = name[..<colon]
        }
        let isName = name.utf8.allSatisfy { $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }
        guard isName, let first = name.utf8.first, !(0x30...0x39).contains(first) else {
            throw Mistake(message: "a reference must be ${env:NAME}", hint: "a name is letters, digits and _, and does not begin with a digit")
        }
        return .variable(name: String(name), default: fallback)
    }
}
