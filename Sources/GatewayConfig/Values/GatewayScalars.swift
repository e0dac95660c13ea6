import YAMLReader

extension ScalarType<KeyHash> {
    /// `sha256:` and 64 hexadecimal digits. What stands there instead is not shown: it may be the key.
    static let keyHash = ScalarType(placeholder: KeyHash.none) { scalar throws(ScalarMistake) in
        let prefix = "sha256:"
        guard scalar.text.hasPrefix(prefix) else {
            throw ScalarMistake("must be sha256: and 64 hexadecimal digits", hint: "the key itself never goes into the file: `weir key` makes one")
        }
        let digits = scalar.text.dropFirst(prefix.count)
        guard let hash = KeyHash(hex: digits) else {
            throw ScalarMistake("must have 64 hexadecimal digits after sha256:", hint: digits.count == 64 ? nil : "there are \(digits.count)")
        }
        return hash
    }
}

extension KeyHash {
    /// Stands in for a hash that could not be read.
    static let none = KeyHash(hex: String(repeating: "0", count: 64)) ?? { preconditionFailure("64 digits are a hash") }()
}

extension ScalarType<Int> {
    /// `5 failures`.
    static let failures = ScalarType(placeholder: 1) { scalar throws(ScalarMistake) in
        let words = scalar.text.split(separator: " ")
        guard words.count == 2, words[1] == "failures" || words[1] == "failure", let count = DecimalText.number(words[0]), (1...1000).contains(count)
        else {
            throw ScalarMistake("must read like \"5 failures\", from 1 to 1000")
        }
        return count
    }
}

extension ScalarType<Condition> {
    private static let words: [String: Condition] = [
        "connect": .connect, "timeout": .timeout, "error_event": .errorEvent, "bad_answer": .badAnswer, "any": .any, "4xx": .statusClass(4),
        "5xx": .statusClass(5),
    ]

    static let condition = ScalarType(placeholder: .connect) { scalar throws(ScalarMistake) in
        if let word = words[scalar.text] { return word }
        if let status = DecimalText.number(scalar.text), (400...599).contains(status) { return .status(status) }
        let near = scalar.isReference ? nil : Suggestion.nearest(to: scalar.text, among: words.keys.sorted())
        let suggestion = near.map { " (did you mean \"\($0)\"?)" } ?? ""
        throw ScalarMistake("must be connect, timeout, 4xx, 5xx, a status from 400 to 599, error_event, bad_answer or any\(suggestion)")
    }
}

extension Fields {
    /// Conditions in a list or a single one; nil where the key is absent.
    mutating func conditions(_ key: String, mayBeEmpty: Bool = false) -> Conditions? {
        guard let list: [Condition] = list(key, of: .condition, mayBeEmpty: mayBeEmpty) else { return nil }
        if list.count > 1, list.contains(.any) { conflict("any already means all the others of \(key)", at: key, hint: "write `\(key): any`") }
        if Set(list).count < list.count { conflict("\(key) names a condition twice", at: key) }
        return Conditions(list)
    }

    /// Names and values of headers to add; a header that the gateway itself writes is refused.
    mutating func headerSettings(_ key: String) -> [HeaderSetting] {
        optionalBlock(key) { fields in
            var seen: Set<String> = []
            return fields.takeAll().map { entry in
                let name = fields.checkedName(entry, .headerName)
                if !seen.insert(name).inserted { fields.context.error("the header \(name) is set twice", at: entry.keyPosition) }
                fields.checkSettable(name, at: entry.keyPosition)
                return HeaderSetting(name: name, value: Secret(fields.read(entry.value, of: name, .headerValue) ?? ""))
            }
        } ?? []
    }

    private func checkSettable(_ name: String, at position: Position) {
        if HTTPText.framingHeaders.contains(name) {
            context.error("the header \(name) cannot be set: the gateway writes it itself", at: position)
        } else if name == "authorization" {
            context.error("the header authorization cannot be set here", at: position, hint: "it is made of the provider's key")
        }
    }
}
