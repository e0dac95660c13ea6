import GatewayCore
import JSONBytes

// Tools, and which of them the model may call.
//
// - SeeAlso: wire.md, section 7.3
extension AnthropicRequestReader {
    private static let noParameters: JSONObject = ["type": "object", "properties": [:]]

    mutating func readTools(_ fields: inout AnthropicFields) throws(GatewayError) {
        for (index, tool) in (try fields.array("tools") ?? []).enumerated() { try readTool(tool, at: "tools[\(index)]") }
        try readToolChoice(&fields)
    }

    private mutating func readTool(_ value: JSONValue, at place: String) throws(GatewayError) {
        var fields = try AnthropicFields(value, at: place)
        let type = try fields.string("type") ?? "custom"
        guard type == "custom" else {
            let reason = "only Anthropic and its models have tools of this type. Leave it out, or offer a function of your own."
            request.extras.append(ChatExtra(fields.name("type"), .meaning(reason)))
            return
        }
        var tool = ChatTool(name: try fields.requiredString("name"), description: try fields.string("description"))
        if let schema = fields.value("input_schema") {
            guard let object = schema.object else { throw fields.refused("input_schema", "it must be a JSON Schema of an object.") }
            if object != Self.noParameters, object != ["type": "object"] { tool.parameters = schema }
        }
        tool.isStrict = try fields.bool("strict")
        request.tools.append(tool)
        try readToolExtras(&fields)
    }

    private mutating func readToolExtras(_ fields: inout AnthropicFields) throws(GatewayError) {
        for hint in ["cache_control", "eager_input_streaming"] where fields.value(hint) != nil {
            request.extras.append(ChatExtra(fields.name(hint), .hint))
        }
        if try fields.bool("defer_loading") ?? false { request.extras.append(ChatExtra(fields.name("defer_loading"), .tuning)) }
        if let callers = try fields.array("allowed_callers"), callers != ["direct"] {
            request.extras.append(ChatExtra(fields.name("allowed_callers"), .meaning(Self.callsFromCode)))
        }
        request.extras += fields.unknown
    }

    private mutating func readToolChoice(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard var choice = try fields.fields("tool_choice") else { return }
        switch try choice.requiredString("type") {
        case "auto": request.toolChoice = .auto
        case "any": request.toolChoice = .any
        case "none": request.toolChoice = ChatToolChoice.none
        case "tool": request.toolChoice = .tool(try choice.requiredString("name"))
        default: throw choice.refused("type", "it must be auto, any, tool or none.")
        }
        request.callsOneAtATime = try choice.bool("disable_parallel_tool_use") ?? false
        request.extras += choice.unknown
    }
}
