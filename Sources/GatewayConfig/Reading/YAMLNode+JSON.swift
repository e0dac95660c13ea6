import JSONBytes
import YAMLReader

extension Fields {
    /// A value as JSON; nil when it has none, which has been reported. Plain scalars are typed as YAML 1.2 does it.
    func json(_ node: YAMLNode, of key: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        return appendJSON(node, of: key, to: &bytes) ? bytes : nil
    }

    /// The tree is at most as deep as `YAMLLimits` allows.
    private func appendJSON(_ node: YAMLNode, of key: String, to bytes: inout [UInt8]) -> Bool {
        switch node.value {
        case .scalar(let scalar):
            guard let text = context.resolve(scalar, at: node.position) else { return false }
            return appendScalar(text, at: node.position, of: key, to: &bytes)
        case .sequence(let items):
            bytes.append(UInt8(ascii: "["))
            var isGood = true
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                isGood = appendJSON(item, of: key, to: &bytes) && isGood
            }
            bytes.append(UInt8(ascii: "]"))
            return isGood
        case .mapping(let entries):
            bytes.append(UInt8(ascii: "{"))
            var isGood = true
            for (index, entry) in entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.appendQuoted(entry.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                isGood = appendJSON(entry.value, of: key, to: &bytes) && isGood
            }
            bytes.append(UInt8(ascii: "}"))
            return isGood
        }
    }

    private func appendScalar(_ scalar: ScalarText, at position: Position, of key: String, to bytes: inout [UInt8]) -> Bool {
        guard scalar.isPlain else {
            JSONText.appendQuoted(scalar.text, to: &bytes)
            return true
        }
        do throws(ScalarMistake) {
            if let word = try YAMLScalarJSON.plain(scalar) {
                bytes += word.utf8
            } else {
                JSONText.appendQuoted(scalar.text, to: &bytes)
            }
            return true
        } catch {
            context.error("\(key): \(error.message)", at: position, hint: error.hint)
            return false
        }
    }
}

extension ScalarType<JSONNumber> {
    static let number = ScalarType(placeholder: JSONNumber(0)) { scalar throws(ScalarMistake) in
        let text: String?
        do throws(ScalarMistake) { text = try YAMLScalarJSON.plain(scalar) } catch { text = nil }
        guard let number = text.flatMap({ JSONNumber($0) }), number.double.isFinite else {
            throw ScalarMistake("must be a number, not \(scalar.shown)")
        }
        return number
    }
}
