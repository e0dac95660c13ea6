import GatewayCore

/// The head of one part of a form: what the field is called, and whether it is plain text.
struct MultipartHeader {
    private let name: String
    /// Whether the content is the field's value as it stands: no file, in no coding.
    private let isPlainText: Bool

    /// - Parameter lines: without their ends.
    init(_ lines: [String]) throws(GatewayError) {
        var parameters: [String: String]?
        var isPlain = true
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, line.first != " ", line.first != "\t" else {
                throw MultipartForm.malformed("the head of a part is not readable.")
            }
            let value = String(MultipartForm.trimmed(line[line.index(after: colon)...]))
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard parameters == nil else { throw MultipartForm.malformed("a part is called twice.") }
                parameters = try Self.parameters(of: value)
            case "content-type": isPlain = isPlain && Self.isUTF8Text(value)
            case "content-transfer-encoding": isPlain = isPlain && ["7bit", "8bit", "binary"].contains(value.lowercased())
            default: break
            }
        }
        guard let parameters, let name = parameters["name"] else { throw MultipartForm.malformed("a part has no name.") }
        self.name = name
        isPlainText = isPlain && parameters["filename"] == nil && parameters["filename*"] == nil
    }

    /// Whether this is the text field of that name.
    ///
    /// - Throws: when somebody could take it for that one: `Model`, `model[]`, or a file of that name.
    func isField(_ wanted: String) throws(GatewayError) -> Bool {
        guard String(name.lowercased().filter { $0.isLetter || $0.isNumber }) == wanted else { return false }
        guard name == wanted, isPlainText else { throw MultipartForm.malformed("\"\(wanted)\" is not a plain text field.") }
        return true
    }

    /// `form-data; name="model"; filename="a.mp3"`. No escapes: readers differ on what a backslash or a `%` means.
    private static func parameters(of value: String) throws(GatewayError) -> [String: String] {
        let unusual = MultipartForm.malformed("the name of a part is not readable.")
        let type = "form-data"
        guard value.prefix(type.count).lowercased() == type, !value.contains("\\") else { throw unusual }
        var rest = MultipartForm.trimmed(value.dropFirst(type.count))
        var parameters: [String: String] = [:]
        while !rest.isEmpty {
            guard rest.removeFirst() == ";" else { throw unusual }
            rest = MultipartForm.trimmed(rest)
            guard let equals = rest.firstIndex(of: "=") else { throw unusual }
            let name = rest[..<equals].lowercased()
            rest = rest[rest.index(after: equals)...]
            let isQuoted = rest.first == "\""
            if isQuoted { rest.removeFirst() }
            let text = rest.prefix { isQuoted ? $0 != "\"" : $0 != ";" }
            rest = rest.dropFirst(text.count)
            if isQuoted { guard rest.popFirst() == "\"" else { throw unusual } }
            rest = MultipartForm.trimmed(rest)
            guard isQuoted || isToken(text), parameters.updateValue(String(text), forKey: name) == nil, name != "name*" else { throw unusual }
        }
        guard parameters["name"]?.utf8.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "%") }) ?? false else { throw unusual }
        return parameters
    }

    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) || $0 >= 0x80 }
    }

    private static func isUTF8Text(_ type: String) -> Bool {
        let type = type.lowercased().filter { $0 != " " && $0 != "\"" }
        return ["text/plain", "text/plain;charset=utf-8", "text/plain;charset=us-ascii"].contains(type)
    }
}
