import JSONBytes

/// The schemas of `parameters` and `responseSchema`: a part of OpenAPI with types in upper case, which other formats do not read.
///
/// - SeeAlso: wire.md, section 5.1
enum GeminiSchema {
    private static let counts: Set<String> = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]

    /// The same as JSON Schema. What is JSON Schema already stays what it is.
    static func jsonSchema(from schema: JSONValue) -> JSONValue {
        guard let members = schema.object else { return schema }
        var result = JSONObject()
        var isNullable = false
        var order: [String] = []
        for member in members where !member.value.isNull {
            let name = GeminiFields.camelCase(member.name)
            switch name {
            case "nullable": isNullable = member.value.bool ?? false
            case "propertyOrdering": order = member.value.array?.compactMap(\.string) ?? []
            case "format" where member.value.string == "enum": break
            default: result[renamed(name)] = value(of: name, member.value)
            }
        }
        if !order.isEmpty { result["properties"] = result["properties"].map { ordered($0, by: order) } }
        if isNullable { allowNull(&result) }
        return .object(result)
    }

    private static func renamed(_ name: String) -> String {
        switch name {
        case "defs": "$defs"
        case "ref": "$ref"
        default: name
        }
    }

    private static func value(of name: String, _ value: JSONValue) -> JSONValue {
        switch name {
        case "type": return value.string.map { .string($0.lowercased()) } ?? value
        case "items", "additionalProperties": return jsonSchema(from: value)
        case "anyOf", "oneOf", "allOf", "prefixItems": return value.array.map { .array($0.map(jsonSchema)) } ?? value
        case "properties", "defs", "$defs": return schemas(value)
        // Google spells whole numbers of 64 bits as strings.
        case let name where counts.contains(name): return value.string.flatMap(JSONNumber.init).map(JSONValue.number) ?? value
        default: return value
        }
    }

    /// An object whose names are the client's and whose values are schemas.
    private static func schemas(_ value: JSONValue) -> JSONValue {
        guard let members = value.object else { return value }
        return .object(members.reduce(into: JSONObject()) { $0[$1.name] = jsonSchema(from: $1.value) })
    }

    /// Models write properties in the order of the schema: what Google has a word for, others read off the order itself.
    private static func ordered(_ properties: JSONValue, by order: [String]) -> JSONValue {
        guard let members = properties.object else { return properties }
        var result = JSONObject()
        for name in order { if let value = members[name] { result[name] = value } }
        for member in members where result[member.name] == nil { result[member.name] = member.value }
        return .object(result)
    }

    private static func allowNull(_ schema: inout JSONObject) {
        if let type = schema["type"]?.string, type != "null" { schema["type"] = .array([.string(type), "null"]) }
        if let choices = schema["enum"]?.array, !choices.contains(.null) { schema["enum"] = .array(choices + [.null]) }
        if let choices = schema["anyOf"]?.array { schema["anyOf"] = .array(choices + [["type": "null"]]) }
    }
}
