import YAMLReader

extension Fields {
    /// The value of a key, or nil where the key is absent. A value that is wrong is reported and its stand-in returned.
    mutating func optional<T>(_ key: String, _ type: ScalarType<T>) -> T? {
        take(key).map { read($0, of: key, type) ?? type.placeholder }
    }

    mutating func value<T>(_ key: String, _ type: ScalarType<T>, default: T) -> T {
        optional(key, type) ?? `default`
    }

    mutating func required<T>(_ key: String, _ type: ScalarType<T>, hint: String? = nil) -> T {
        if let value = optional(key, type) { return value }
        reportMissing(key, hint: hint)
        return type.placeholder
    }

    /// A list, where a single value may stand without brackets; nil where the key is absent.
    ///
    /// An empty one is refused where it could be taken for either none or all. As many items as the file has, in its order; wrong ones are reported and stood in for.
    mutating func list<T>(_ key: String, of type: ScalarType<T>, mayBeEmpty: Bool = false) -> [T]? {
        guard let node = take(key) else { return nil }
        guard case .sequence(let items) = node.value else { return [read(node, of: key, type) ?? type.placeholder] }
        if items.isEmpty, !mayBeEmpty { context.error("\(key) must not be empty", at: node.position, hint: "remove the key if nothing is meant") }
        return items.map { read($0, of: key, type) ?? type.placeholder }
    }

    /// Whether a value stands in the file itself, and not behind a reference.
    func isLiteral(_ node: YAMLNode) -> Bool {
        guard case .scalar(let scalar) = node.value else { return false }
        return !ReferenceText.isNeeded(for: scalar.text)
    }

    func read<T>(_ node: YAMLNode, of key: String, _ type: ScalarType<T>) -> T? {
        guard case .scalar(let scalar) = node.value else {
            context.error("\(key) must be a single value, not \(node.kind)", at: node.position)
            return nil
        }
        guard let text = context.resolve(scalar, at: node.position) else { return nil }
        guard !text.isNull else {
            context.error("\(key) has no value", at: node.position, hint: "write one, or remove the key")
            return nil
        }
        do throws(ScalarMistake) {
            return try type.parse(text)
        } catch {
            context.error("\(key) \(error.message)", at: node.position, hint: error.hint)
            return nil
        }
    }
}

extension Fields {
    mutating func integer(_ key: String, in range: ClosedRange<Int>, default: Int) -> Int {
        value(key, .integer(in: range), default: `default`)
    }

    mutating func size(_ key: String, in range: ClosedRange<Int>, default: Int) -> Int {
        value(key, .size(in: range), default: `default`)
    }

    mutating func duration(_ key: String, in range: ClosedRange<Duration>, default: Duration) -> Duration {
        value(key, .duration(in: range), default: `default`)
    }

    mutating func choice<T: RawRepresentable<String> & CaseIterable & Sendable>(_ key: String, default: T) -> T {
        value(key, .choice(), default: `default`)
    }

    mutating func flag(_ key: String, default: Bool) -> Bool {
        value(key, .flag, default: `default`)
    }
}

extension Int {
    static let kibibyte = 1 << 10
    static let mebibyte = 1 << 20
    static let gibibyte = 1 << 30
}
