import GatewayCore
import JSONBytes

// Tools, and which of them the model may call.
extension BedrockRequestWriter {
    mutating func toolConfig() throws(GatewayError) -> JSONObject? {
        var tools: [JSONValue] = []
        for (index, tool) in request.tools.enumerated() where isOffered(tool) {
            tools.append(["toolSpec": .object(try toolSpec(tool, at: "\(name(.tools))[\(index)]"))])
        }
        guard !tools.isEmpty else {
            try refuseChoiceWithoutTools()
            return nil
        }
        if request.toolChoice == ChatToolChoice.none {
            // There is no word for it. Who offers no tools gets no calls; but a conversation that has some must go on to name them.
            guard hasCalls else { return nil }
            try losses.tuning(name(.toolChoice), "this provider cannot be told to call no tool once some have been called.")
        }
        if request.callsOneAtATime { try losses.tuning(name(.callsOneAtATime), "this provider cannot be told to call one tool at a time.") }
        var config: JSONObject = ["tools": .array(tools + (marks.isBehindTools ? [Self.cachePoint] : []))]
        config["toolChoice"] = toolChoice
        return config
    }

    private var hasCalls: Bool {
        request.turns.contains { turn in
            turn.parts.contains { part in
                switch part {
                case .call, .result: true
                default: false
                }
            }
        }
    }

    private func isOffered(_ tool: ChatTool) -> Bool {
        guard case .allowed(let names, _) = request.toolChoice else { return true }
        return names.contains(tool.name)
    }

    private func toolSpec(_ tool: ChatTool, at place: String) throws(GatewayError) -> JSONObject {
        guard Self.isToolName(tool.name) else {
            throw losses.meaning(place, "this provider takes names of letters, digits, _ and - only, 64 at most.")
        }
        guard let schema = AnthropicSchema.input(tool.parameters) else {
            throw losses.meaning(place, "this provider takes only objects as parameters.")
        }
        var spec: JSONObject = ["name": .string(tool.name)]
        if let description = tool.description, !description.isEmpty { spec["description"] = .string(description) }
        spec["inputSchema"] = ["json": schema]
        if tool.isStrict == true { spec["strict"] = true }
        return spec
    }

    private var toolChoice: JSONValue? {
        switch request.toolChoice {
        case nil, ChatToolChoice.none?: nil
        case .auto, .allowed(_, isRequired: false): .some(["auto": [:]])
        case .any, .allowed(_, isRequired: true): .some(["any": [:]])
        case .tool(let name): .some(["tool": ["name": .string(name)]])
        }
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
}
