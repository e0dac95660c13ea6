import GatewayCore
import YAMLReader

extension ScalarType where Value: RawRepresentable<String> & CaseIterable {
    static func choice() -> ScalarType {
        let all = Value.allCases.map(\.rawValue)
        guard let placeholder = Value.allCases.first else { preconditionFailure("a choice needs something to choose from") }
        return ScalarType(placeholder: placeholder) { scalar throws(ScalarMistake) in
            if let value = Value(rawValue: scalar.text) { return value }
            let near = scalar.isReference ? nil : Suggestion.nearest(to: scalar.text, among: all)
            let suggestion = near.map { " (did you mean \"\($0)\"?)" } ?? ""
            throw ScalarMistake("must be one of: \(all.joined(separator: ", "))\(suggestion)")
        }
    }
}

extension ScalarType<String> {
    /// Any text, which may be long.
    static func text(bytesMax: Int = 64 << 10) -> ScalarType {
        ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
            guard !scalar.text.isEmpty else { throw ScalarMistake("must not be empty") }
            guard scalar.text.utf8.count <= bytesMax else { throw ScalarMistake("must not be longer than \(bytesMax) bytes") }
            return scalar.text
        }
    }

    /// What logs and metrics show: letters, digits and a few signs.
    static func name(alsoWith signs: String = "") -> ScalarType {
        ScalarType(placeholder: "") { scalar throws(ScalarMistake) in
            guard !scalar.text.isEmpty else { throw ScalarMistake("must not be empty") }
            guard scalar.text.utf8.count <= 128 else { throw ScalarMistake("must not be longer than 128 characters") }
            let isAllowed = scalar.text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || "._-".utf8.contains($0) || signs.utf8.contains($0)
            }
            guard isAllowed else {
                let list = "letters, digits and " + ("._-" + signs).map(String.init).joined(separator: " ")
                throw ScalarMistake("may have \(list) only, not \(scalar.shown)")
            }
            return scalar.text
        }
    }

    /// What apps and providers call a model.
    static var modelName: ScalarType { name(alsoWith: "/:@+") }
}

extension ScalarType<Secret> {
    static let secret = ScalarType(placeholder: Secret("")) { scalar throws(ScalarMistake) in
        guard !scalar.text.isEmpty else { throw ScalarMistake("must not be empty") }
        guard scalar.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ScalarMistake("must be printable ASCII without spaces or line ends")
        }
        return Secret(scalar.text)
    }
}

extension ScalarType<Glob> {
    /// A model name, or a pattern for some.
    static let modelGlob = ScalarType(placeholder: Glob("")) { scalar throws(ScalarMistake) in
        Glob(try ScalarType<String>.name(alsoWith: "/:@+*").parse(scalar))
    }
}
