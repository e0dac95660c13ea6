import JSONBytes
import YAMLReader

extension ScalarType<JSONPointer> {
    /// A top-level member name, or a JSON pointer, which begins with a slash.
    static let pointer = ScalarType(placeholder: JSONPointer.unreadable) { scalar throws(ScalarMistake) in
        let text = scalar.text
        guard text.hasPrefix("/") else {
            guard !text.isEmpty else { throw ScalarMistake("must not be empty") }
            guard !text.contains(".") else {
                let path = text.split(separator: ".").joined(separator: "/")
                throw ScalarMistake("must be a member name or begin with /, not \(scalar.shown)", hint: scalar.isReference ? nil : "write /\(path)")
            }
            return JSONPointer(tokens: [text])
        }
        var path: [String] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) { path.append(try unescaped(part)) }
        guard !path.contains("") else { throw ScalarMistake("must name a member after each /") }
        guard path.count <= JSONPointer.tokensMax else { throw ScalarMistake("must have at most \(JSONPointer.tokensMax) steps") }
        return JSONPointer(tokens: path)
    }

    private static func unescaped(_ part: Substring) throws(ScalarMistake) -> String {
        var result = ""
        var isEscape = false
        for character in part {
            switch (isEscape, character) {
            case (false, "~"): isEscape = true
            case (false, _): result.append(character)
            case (true, "0"), (true, "1"):
                result.append(character == "0" ? "~" : "/")
                isEscape = false
            case (true, _): throw ScalarMistake("may have ~ only as ~0 (for ~) or ~1 (for /)")
            }
        }
        if isEscape { throw ScalarMistake("may have ~ only as ~0 (for ~) or ~1 (for /)") }
        return result
    }
}

extension JSONPointer {
    /// Stands for one that could not be read: no member has such a name by accident.
    static let unreadable = JSONPointer(tokens: ["\u{0}"])
}
