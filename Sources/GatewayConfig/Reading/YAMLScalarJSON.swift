import YAMLReader

/// JSON spellings of YAML scalars.
enum YAMLScalarJSON {
    /// A plain scalar that is null, a truth value or a number, as JSON spells it; nil when it is text.
    ///
    /// What YAML 1.1 and 1.2 read differently is refused: nobody should have to know which one is in force.
    ///
    /// - SeeAlso: YAML 1.2.2, section 10.3.2
    static func plain(_ scalar: ScalarText) throws(ScalarMistake) -> String? {
        switch scalar.text {
        case "", "~", "null", "Null", "NULL": return "null"
        case "true", "True", "TRUE": return "true"
        case "false", "False", "FALSE": return "false"
        default: break
        }
        let lower = scalar.text.lowercased()
        if ["yes", "on", "no", "off"].contains(lower) {
            let meant = ["yes", "on"].contains(lower) ? "true" : "false"
            throw ambiguous(scalar, "may mean \(meant) or the text", write: meant)
        }
        if [".inf", "-.inf", "+.inf", ".nan"].contains(lower) { throw ScalarMistake("JSON has no \(scalar.shown)") }
        return try number(scalar)
    }

    private static func number(_ scalar: ScalarText) throws(ScalarMistake) -> String? {
        let text = scalar.text
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            return Int(text.dropFirst(2), radix: radix).map(String.init)
        }
        guard let parts = NumberParts(text) else {
            let plain = text.filter { $0 != "_" }
            guard plain != text, NumberParts(plain) != nil else { return nil }
            throw ambiguous(scalar, "may mean a number or the text", write: plain)
        }
        if parts.hasLeadingZero {
            throw ambiguous(scalar, "may mean a decimal number, an octal one or the text", write: parts.withoutLeadingZeros.json)
        }
        return parts.json
    }

    private static func ambiguous(_ scalar: ScalarText, _ message: String, write plain: String) -> ScalarMistake {
        ScalarMistake("\(scalar.shown) \(message)", hint: scalar.isReference ? nil : "write \(plain), or \(scalar.text.quotedBriefly) in quotes")
    }
}

/// A decimal number taken apart: `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
private struct NumberParts {
    private var isNegative = false
    private var whole = ""
    private var fraction = ""
    private var exponent = ""

    init?(_ text: String) {
        var rest = text.utf8[...]
        func digits() -> String {
            let run = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(run.count)
            return String(decoding: run, as: UTF8.self)
        }
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        whole = digits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                exponent = sign == UInt8(ascii: "-") ? "-" : ""
                rest = rest.dropFirst()
            }
            let power = digits()
            guard !power.isEmpty else { return nil }
            exponent += power
        }
        guard rest.isEmpty else { return nil }
    }

    var hasLeadingZero: Bool { whole.utf8.count > 1 && whole.utf8.first == UInt8(ascii: "0") }

    var withoutLeadingZeros: NumberParts {
        var parts = self
        while parts.hasLeadingZero { parts.whole.removeFirst() }
        return parts
    }

    var json: String {
        (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : ".\(fraction)")
            + (exponent.isEmpty ? "" : "e\(exponent)")
    }
}
