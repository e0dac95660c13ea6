/// A JSON value as a tree: for translation between dialects, where a body is taken apart and made anew.
///
/// Members keep their order and numbers their spelling, and equality counts both: `1` is not `1.0`, and objects with the same members in
/// another order differ. Strings are equal as Swift's are, whatever their Unicode normalisation.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

// What the value is, nil when it is of another kind.
extension JSONValue {
    package var isNull: Bool { self == .null }

    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    package var string: String? { if case .string(let value) = self { value } else { nil } }

    package var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }

    /// Also nil for a number that is no whole one of 64 bits.
    package var int: Int? { number?.int }

    package var double: Double? { number?.double }

    package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
}

extension JSONValue {
    /// A member of an object; nil in any other value. Setting nil removes it.
    ///
    /// Setting a member of null makes an object, as in `var body: JSONValue = nil; body["model"] = "fast"`.
    ///
    /// - Precondition: what a member is set in is an object or null.
    package subscript(_ name: String) -> JSONValue? {
        get { object?[name] }
        set {
            switch self {
            case .object(var members):
                self = .null  // so that the members are not copied
                members[name] = newValue
                self = .object(members)
            case .null: if let newValue { self = .object([name: newValue]) }
            default: preconditionFailure("\(name) is set in a value of type \(kind.rawValue)")
            }
        }
    }

    /// An element of an array; nil in any other value and for a position it does not have.
    package subscript(_ index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }

    /// The value a pointer names, nil when there is none.
    package subscript(_ pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            let next = value.object?[token] ?? JSONPointer.index(token).flatMap { value[$0] }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
