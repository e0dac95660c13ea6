import GatewayCore
import JSONBytes

// Tools, and the choice among them.
extension OpenAIChatRequestReader {
    private static let kindReason = "it must be a tool of type function or custom."

    mutating func readTools() throws(GatewayError) {
        for (index, value) in (try fields.array("tools") ?? []).enumerated() {
            if let tool = try tool(value, at: "tools[\(index)]") { request.tools.append(tool) }
        }
        if let choice = fields.value("tool_choice") { request.toolChoice = try toolChoice(choice) }
        request.callsOneAtATime = try fields.bool("parallel_tool_calls") == false
    }

    private mutating func tool(_ value: JSONValue, at place: String) throws(GatewayError) -> ChatTool? {
        var tool = try OpenAIChatFields(value, at: place)
        let type = try tool.text("type")
        if type == "custom" { return try customTool(&tool) }
        guard type == "function" else {
            note(place, .meaning(Self.kindReason))
            return nil
        }
        var function = try tool.neededObject("function")
        let parameters = function.value("parameters")
        guard parameters.map({ $0.object != nil }) ?? true else { throw function.refused("parameters", "it must be a JSON Schema of an object.") }
        let result = ChatTool(
            name: try function.text("name"), description: try function.string("description"), parameters: parameters,
            isStrict: try function.bool("strict"))
        for name in ["cache_control", "prompt_cache_breakpoint"] where tool.value(name) != nil { note(tool.path(name), .hint) }
        noteRest(of: function)
        noteRest(of: tool)
        return result
    }

    private mutating func customTool(_ tool: inout OpenAIChatFields) throws(GatewayError) -> ChatTool {
        var custom = try tool.neededObject("custom")
        var grammar: JSONValue?
        if var format = try custom.object("format"), try format.text("type") == "grammar" {
            var rules = try format.neededObject("grammar")
            grammar = ["type": "grammar", "syntax": .string(try rules.text("syntax")), "definition": .string(try rules.text("definition"))]
        }
        let result = ChatTool(
            name: try custom.text("name"), description: try custom.string("description"), parameters: OpenAIFreeform.parameters,
            kind: .custom(format: grammar))
        noteRest(of: custom)
        noteRest(of: tool)
        return result
    }

    private mutating func toolChoice(_ value: JSONValue) throws(GatewayError) -> ChatToolChoice? {
        if let word = value.string { return try toolChoice(word: word) }
        guard value.object != nil else { throw fields.refused("tool_choice", "it must be a string or an object.") }
        var choice = try OpenAIChatFields(value, at: "tool_choice")
        defer { noteRest(of: choice) }
        switch try choice.text("type") {
        case "function":
            var function = try choice.neededObject("function")
            return .tool(try function.text("name"))
        case "allowed_tools":
            var allowed = try choice.neededObject("allowed_tools")
            return try allowedTools(&allowed)
        case "custom":
            var custom = try choice.neededObject("custom")
            return .tool(try custom.text("name"))
        default: throw choice.refused("type", "it must be one of: function, allowed_tools, custom.")
        }
    }

    private func toolChoice(word: String) throws(GatewayError) -> ChatToolChoice {
        switch word {
        case "auto": .auto
        case "none": .none
        case "required": .any
        default: throw fields.refused("tool_choice", "it must be none, auto, required, or an object.")
        }
    }

    private mutating func allowedTools(_ allowed: inout OpenAIChatFields) throws(GatewayError) -> ChatToolChoice? {
        let mode = try allowed.text("mode")
        guard mode == "auto" || mode == "required" else { throw allowed.refused("mode", "it must be auto or required.") }
        guard let list = try allowed.array("tools"), !list.isEmpty else {
            throw allowed.refused("tools", "it must be a list with one tool at least.")
        }
        var names: [String] = []
        for (index, value) in list.enumerated() {
            var tool = try OpenAIChatFields(value, at: allowed.path("tools[\(index)]"))
            let type = try tool.text("type")
            guard type == "function" || type == "custom" else {
                note(tool.place, .meaning(Self.kindReason))
                return nil
            }
            var function = try tool.neededObject(type)
            names.append(try function.text("name"))
        }
        return .allowed(names, isRequired: mode == "required")
    }
}
