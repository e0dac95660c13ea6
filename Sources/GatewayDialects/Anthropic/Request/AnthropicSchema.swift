import JSONBytes

/// JSON Schemas as Anthropic's structured output takes them.
enum AnthropicSchema {
    /// Keywords whose value is a schema, an array of schemas, or an object of them.
    private static let single: Set<String> = ["items", "additionalItems", "contains", "not", "if", "then", "else"]
    private static let lists: Set<String> = ["anyOf", "oneOf", "allOf", "prefixItems"]
    private static let maps: Set<String> = ["properties", "patternProperties", "$defs", "definitions"]

    /// The schema with `additionalProperties: false` in every object that says nothing about it: Anthropic refuses it otherwise, and what satisfies
    /// the closed schema satisfies the open one. The SDK does the same.
    ///
    /// - SeeAlso: wire.md, section 7.2
    static func closed(_ schema: JSONValue) -> JSONValue {
        guard let object = schema.object else { return schema }
        var result = JSONObject()
        for member in object {
            switch member.value {
            case .object(let map) where maps.contains(member.name):
                result[member.name] = .object(map.reduce(into: JSONObject()) { $0[$1.name] = closed($1.value) })
            case .array(let list) where lists.contains(member.name): result[member.name] = .array(list.map(closed))
            case .object where single.contains(member.name): result[member.name] = closed(member.value)
            default: result[member.name] = member.value
            }
        }
        if isObject(object), result["additionalProperties"] == nil { result["additionalProperties"] = false }
        return .object(result)
    }

    private static func isObject(_ schema: JSONObject) -> Bool {
        if let type = schema["type"] { return type.string == "object" || type.array?.contains("object") == true }
        return schema["properties"] != nil
    }

    /// The schema of a tool's input, which has to be there and to be one of an object.
    ///
    /// - Returns: nil when it is one of something else.
    static func input(_ parameters: JSONValue?) -> JSONValue? {
        guard let parameters else { return ["type": "object", "properties": [:]] }
        guard let object = parameters.object else { return nil }
        if let type = object["type"] {
            guard type == "object" else { return nil }
            return parameters
        }
        var typed: JSONObject = ["type": "object"]
        for member in object { typed[member.name] = member.value }
        return .object(typed)
    }
}
