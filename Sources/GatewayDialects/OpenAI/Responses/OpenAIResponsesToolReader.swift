import GatewayCore
import JSONBytes

/// Reads `tools` and `tool_choice`.
///
/// - SeeAlso: wire.md, section 7.3
struct OpenAIResponsesToolReader {
    private(set) var tools: [ChatTool] = []
    private(set) var choice: ChatToolChoice?
    private(set) var extras: [ChatExtra] = []

    private static let members: Set<String> = ["type", "name", "description", "parameters", "strict", "defer_loading", "async", "allowed_callers"]

    mutating func readTools(of body: OpenAIResponsesMembers) throws(GatewayError) {
        for (index, value) in (try body.array("tools") ?? []).enumerated() {
            let tool = try OpenAIResponsesMembers(value, at: "tools[\(index)]")
            switch try tool.requiredString("type") {
            case "function": try readFunction(tool)
            case "custom": try readCustom(tool)
            case "local_shell":
                let description = "Runs a command on the user's machine, and returns what it printed."
                tools.append(
                    ChatTool(
                        name: OpenAIFreeform.shellName, description: description, parameters: OpenAIFreeform.shellParameters, kind: .localShell))
            default:
                extras.append(ChatExtra(tool.place, .meaning("only OpenAI runs tools of this type. Leave it out, or use a model of OpenAI's.")))
            }
        }
    }

    private mutating func readFunction(_ tool: OpenAIResponsesMembers) throws(GatewayError) {
        let parameters = tool["parameters"]
        if let parameters, parameters.object == nil { throw tool.refusal(of: "parameters", "it must be an object.") }
        tools.append(
            ChatTool(
                name: try tool.requiredString("name"), description: try tool.string("description"), parameters: parameters,
                isStrict: try tool.bool("strict")))
        for name in ["defer_loading", "async"] where try tool.bool(name) == true { extras.append(tool.extra(name, .tuning)) }
        if let callers = tool["allowed_callers"], callers != ["direct"] { extras.append(tool.extra("allowed_callers", .tuning)) }
        extras += tool.unknown(besides: Self.members)
    }

    private mutating func readCustom(_ tool: OpenAIResponsesMembers) throws(GatewayError) {
        let format = try tool.members("format")
        let isGrammar = try format?.string("type") == "grammar"
        tools.append(
            ChatTool(
                name: try tool.requiredString("name"), description: try tool.string("description"), parameters: OpenAIFreeform.parameters,
                kind: .custom(format: isGrammar ? format.map { .object($0.object) } : nil)))
        extras += tool.unknown(besides: ["type", "name", "description", "format", "defer_loading", "async", "allowed_callers"])
    }

    mutating func readChoice(of body: OpenAIResponsesMembers) throws(GatewayError) {
        guard let value = body["tool_choice"] else { return }
        if let word = value.string {
            switch word {
            case "auto": choice = .auto
            case "none": choice = ChatToolChoice.none
            case "required": choice = .any
            default: throw body.refusal(of: "tool_choice", "it must be one of: auto, none, required, or an object.")
            }
            return
        }
        let members = try OpenAIResponsesMembers(value, at: "tool_choice")
        switch try members.requiredString("type") {
        case "function", "custom": choice = .tool(try members.requiredString("name"))
        case "local_shell": choice = .tool(OpenAIFreeform.shellName)
        case "allowed_tools": try readAllowed(members)
        default: extras.append(ChatExtra("tool_choice", .meaning("only OpenAI has tools of this type.")))
        }
    }

    private mutating func readAllowed(_ members: OpenAIResponsesMembers) throws(GatewayError) {
        let mode = try members.string("mode") ?? "auto"
        guard mode == "auto" || mode == "required" else { throw members.refusal(of: "mode", "it must be one of: auto, required.") }
        var names: [String] = []
        for (index, value) in (try members.array("tools") ?? []).enumerated() {
            let tool = try OpenAIResponsesMembers(value, at: "tool_choice.tools[\(index)]")
            switch try tool.requiredString("type") {
            case "function", "custom": names.append(try tool.requiredString("name"))
            case "local_shell": names.append(OpenAIFreeform.shellName)
            default:
                extras.append(ChatExtra(tool.place, .meaning("only OpenAI has tools of this type.")))
            }
        }
        choice = .allowed(names, isRequired: mode == "required")
    }
}
