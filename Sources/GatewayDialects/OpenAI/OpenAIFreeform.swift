import JSONBytes

/// Tools of OpenAI's that take free text (`custom`) or run commands (`local_shell`), as functions, which every format has.
///
/// They are functions on the way to a provider, and what they were on the way back to the client, who runs them: by their names
/// (`ChatAnswerFacts.toolKinds`). A grammar is told to the model in words.
///
/// - SeeAlso: https://platform.openai.com/docs/guides/function-calling#custom-tools
enum OpenAIFreeform {
    static let shellName = "local_shell"

    static let parameters: JSONValue = [
        "type": "object", "properties": ["input": ["type": "string", "description": "The text that the tool gets, as it is."]], "required": ["input"],
        "additionalProperties": false,
    ]

    static let shellParameters: JSONValue = [
        "type": "object",
        "properties": [
            "command": ["type": "array", "items": ["type": "string"], "description": "The program and its arguments."],
            "working_directory": ["type": "string"], "timeout_ms": ["type": "integer"],
            "env": ["type": "object", "additionalProperties": ["type": "string"]], "user": ["type": "string"],
        ],
        "required": ["command"],
    ]

    /// The arguments of the function that stand for a free text.
    static func arguments(_ input: String) -> String { text(["input": .string(input)]) }

    /// The free text of a function's arguments. A model that did not keep to the parameters is told on as it is.
    static func input(_ arguments: String) -> String {
        let object = try? JSONValue(parsing: Array(arguments.utf8)).object
        guard let object, object.count == 1 else { return arguments }
        return object["input"]?.string ?? arguments
    }

    /// The arguments that stand for a `local_shell_call`'s action.
    static func shellArguments(_ action: JSONValue?) -> String {
        var members = action?.object ?? JSONObject()
        members["type"] = nil
        return text(members.filter { !$0.value.isNull }.reduce(into: JSONObject()) { $0[$1.name] = $1.value })
    }

    static func shellAction(_ arguments: String) -> JSONValue {
        var action: JSONObject = ["type": "exec", "command": [], "env": [:]]
        let object = (try? JSONValue(parsing: Array(arguments.utf8)))?.object ?? JSONObject()
        for member in object { action[member.name] = member.value }
        // Clients want a list: the model may have written a line.
        if let line = action["command"]?.string { action["command"] = ["bash", "-lc", .string(line)] }
        return .object(action)
    }

    private static func text(_ object: JSONObject) -> String { String(decoding: JSONValue.object(object).written(), as: UTF8.self) }
}

extension ChatTool {
    /// What the model reads of it as a function: also the grammar of its free text, which no other format can enforce.
    var toldDescription: String? {
        guard case .custom(let format?) = kind, let definition = format["definition"]?.string else { return description }
        let syntax = format["syntax"]?.string ?? "lark"
        return [description, "`input` has to follow this grammar (\(syntax)):\n\(definition)"].compactMap { $0 }.joined(separator: "\n\n")
    }
}

/// Whether a schema is one that OpenAI takes as `strict`: objects that are closed, and require all that they have.
///
/// - SeeAlso: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
enum OpenAIStrictSchema {
    static func isReady(_ schema: JSONValue) -> Bool {
        guard let object = schema.object else { return true }
        if object["type"] == "object" || object["properties"] != nil {
            let properties = object["properties"]?.object ?? JSONObject()
            let required = Set((object["required"]?.array ?? []).compactMap(\.string))
            guard object["additionalProperties"] == false, required == Set(properties.names) else { return false }
        }
        return object.allSatisfy { member in
            switch (member.name, member.value) {
            case ("properties", .object(let map)), ("$defs", .object(let map)), ("definitions", .object(let map)):
                map.allSatisfy { isReady($0.value) }
            case ("items", _): isReady(member.value)
            case ("anyOf", .array(let list)): list.allSatisfy(isReady)
            case ("oneOf", _), ("allOf", _), ("not", _), ("if", _), ("patternProperties", _): false
            default: true
            }
        }
    }
}
