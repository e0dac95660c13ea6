import GatewayCore
import JSONBytes

// Tools, and which of them the model may call.
//
// - SeeAlso: wire.md, section 7.3
extension AnthropicRequestWriter {
    mutating func writeTools(into body: inout JSONObject) throws(GatewayError) {
        var tools: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() where isOffered(tool) {
            tools.append(.object(try self.tool(tool, at: "\(name(.tools))[\(index)]")))
        }
        guard !tools.isEmpty else { return try refuseChoiceWithoutTools() }
        body["tools"] = .array(tools)
        body["tool_choice"] = toolChoice.map(JSONValue.object)
    }

    private func isOffered(_ tool: ChatTool) -> Bool {
        guard case .allowed(let names, _) = request.toolChoice else { return true }
        return names.contains(tool.name)
    }

    private func tool(_ tool: ChatTool, at place: String) throws(GatewayError) -> JSONObject {
        guard Self.isName(tool.name) else {
            throw losses.meaning(place, "this provider takes names of letters, digits, _ and - only, 128 at most.")
        }
        guard let schema = AnthropicSchema.input(tool.parameters) else {
            throw losses.meaning(place, "this provider takes only objects as parameters.")
        }
        var result: JSONObject = ["name": .string(tool.name)]
        result["description"] = tool.toldDescription.map(JSONValue.string)
        result["input_schema"] = schema
        // False is what it is without a word, and older models do not know the word.
        if let isStrict = tool.isStrict, isStrict || request.format == .anthropic { result["strict"] = .bool(isStrict) }
        return result
    }

    private var toolChoice: JSONObject? {
        var choice: JSONObject
        switch request.toolChoice {
        case ChatToolChoice.none?: return ["type": "none"]
        case nil where !request.callsOneAtATime: return nil
        case nil, .auto, .allowed(_, isRequired: false): choice = ["type": "auto"]
        case .any, .allowed(_, isRequired: true): choice = ["type": "any"]
        case .tool(let name): choice = ["type": "tool", "name": .string(name)]
        }
        if request.callsOneAtATime { choice["disable_parallel_tool_use"] = true }
        return choice
    }

    private mutating func refuseChoiceWithoutTools() throws(GatewayError) {
        switch request.toolChoice {
        case .any, .tool, .allowed(_, isRequired: true):
            throw losses.meaning(name(.toolChoice), "there is no such tool among those that the request offers.")
        case .auto, ChatToolChoice.none?, .allowed: losses.hint(name(.toolChoice))
        case nil: break
        }
        if request.callsOneAtATime { losses.hint(name(.callsOneAtATime)) }
    }

    static func isName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && name.utf8.allSatisfy(AnthropicToolIDs.isAllowed)
    }
}
