import GatewayCore
import JSONBytes

/// Reads `input`: a flat list of items, which is taken apart into turns. What the model said and called without a result between is one turn.
///
/// Ids and statuses of items are labels that mean something to OpenAI's store alone; they are read over, but for the ids of reasoning items, which
/// belong to the encrypted text.
///
/// - SeeAlso: wire.md, section 3.4
struct OpenAIResponsesInputReader {
    private(set) var system: [String] = []
    private(set) var turns: [ChatTurn] = []
    private(set) var extras: [ChatExtra] = []

    private var hinted: Set<String> = []

    /// On any item. The last is Codex CLI's.
    private static let labels: Set<String> = ["type", "id", "status", "internal_chat_message_metadata_passthrough"]
    private static let messageMembers = labels.union(["role", "content", "phase"])
    private static let callMembers = labels.union(["call_id", "name", "arguments", "namespace", "caller", "async"])
    private static let resultMembers = labels.union(["call_id", "output", "name", "namespace", "caller"])
    private static let reasoningMembers = labels.union(["summary", "content", "encrypted_content"])

    mutating func read(_ input: JSONValue) throws(GatewayError) {
        if let text = input.string {
            turns = [ChatTurn(.user, [.text(text)], place: "input")]
            return
        }
        guard let items = input.array else { throw .fieldRefused(field: "input", reason: "it must be a string or a list of items.") }
        for (index, value) in items.enumerated() { try readItem(try OpenAIResponsesMembers(value, at: "input[\(index)]")) }
        turns.attachCallSeals()
    }

    private mutating func readItem(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        if item["internal_chat_message_metadata_passthrough"] != nil { hint("input[].internal_chat_message_metadata_passthrough") }
        switch try item.string("type") ?? (item["role"] == nil ? "item_reference" : "message") {
        case "message": try readMessage(item)
        case "function_call": try readCall(item)
        case "custom_tool_call": try readCustomCall(item)
        case "local_shell_call": readShellCall(item, id: try callID(of: item))
        case "function_call_output", "custom_tool_call_output", "local_shell_call_output": try readResult(item)
        case "reasoning": try readReasoning(item)
        case "item_reference":
            let reason = "it names something that only OpenAI keeps. Send the item itself, as clients do that set store to false."
            extras.append(ChatExtra(item.place, .meaning(reason)))
        default: extras.append(ChatExtra(item.place, .meaning("only OpenAI knows items of this type.")))
        }
    }

    private mutating func readMessage(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        if item["phase"] != nil { hint("input[].phase") }
        extras += item.unknown(besides: Self.messageMembers)
        let role = try item.requiredString("role")
        switch role {
        case "user": append(try parts(of: item, "content", .user), as: .user, item)
        case "assistant": append(try parts(of: item, "content", .assistant), as: .assistant, item)
        case "system", "developer":
            let parts = try parts(of: item, "content", .system)
            if turns.isEmpty {
                system += parts.compactMap { if case .text(let text) = $0 { text } else { nil } }
            } else {
                append(parts, as: .system, item)
            }
        default: throw item.refusal(of: "role", "it must be one of: user, assistant, system, developer.")
        }
    }

    private mutating func readCall(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        extras += item.unknown(besides: Self.callMembers)
        if item["namespace"] != nil { extras.append(item.extra("namespace", .meaning("only OpenAI has namespaces of tools."))) }
        if item["caller"] != nil { extras.append(item.extra("caller", .hint)) }
        if try item.bool("async") == true { extras.append(item.extra("async", .tuning)) }
        let arguments = try item.string("arguments") ?? ""
        let call = ChatCall(
            id: try item.requiredString("call_id"), name: try item.requiredString("name"), arguments: arguments.isEmpty ? "{}" : arguments)
        append([.call(call)], as: .assistant, item)
    }

    private mutating func readCustomCall(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        extras += item.unknown(besides: Self.callMembers.union(["input"]))
        let arguments = OpenAIFreeform.arguments(try item.requiredString("input"))
        let call = ChatCall(id: try item.requiredString("call_id"), name: try item.requiredString("name"), arguments: arguments)
        append([.call(call)], as: .assistant, item)
    }

    private mutating func readShellCall(_ item: OpenAIResponsesMembers, id: String) {
        extras += item.unknown(besides: Self.labels.union(["call_id", "action"]))
        let call = ChatCall(id: id, name: OpenAIFreeform.shellName, arguments: OpenAIFreeform.shellArguments(item["action"]))
        append([.call(call)], as: .assistant, item)
    }

    /// Of a shell's call it is the item's own id, where nothing else says it.
    private func callID(of item: OpenAIResponsesMembers) throws(GatewayError) -> String {
        if let id = try item.string("call_id") { return id }
        return try item.requiredString(item["id"] == nil ? "call_id" : "id")
    }

    private mutating func readResult(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        extras += item.unknown(besides: Self.resultMembers)
        if item["caller"] != nil { extras.append(item.extra("caller", .hint)) }
        let result = ChatResult(
            id: try callID(of: item), name: try item.string("name"), parts: try parts(of: item, "output", .tool), place: item.place)
        append([.result(result)], as: .tool, item)
    }

    private mutating func readReasoning(_ item: OpenAIResponsesMembers) throws(GatewayError) {
        extras += item.unknown(besides: Self.reasoningMembers)
        var texts: [String] = []
        for name in ["summary", "content"] {
            for (index, value) in (try item.array(name) ?? []).enumerated() {
                let part = try OpenAIResponsesMembers(value, at: item.place(of: name) + "[\(index)]")
                let text = try part.requiredString("text")
                if !text.isEmpty { texts.append(text) }
            }
        }
        let sealed = try item.string("encrypted_content") ?? ""
        let seal = sealed.isEmpty ? nil : ChatSeal(found: sealed, native: .encrypted, id: try item.string("id"))
        let thinking = ChatThinking(text: OpenAIResponsesOutputItem.joined(texts), seal: seal)
        // An item with neither is the shell of one that OpenAI keeps.
        if seal != nil || !thinking.text.isEmpty { append([.thinking(thinking)], as: .assistant, item) }
    }

    private mutating func parts(
        of item: OpenAIResponsesMembers, _ name: String, _ role: ChatTurn.Role
    ) throws(GatewayError) -> [ChatPart] {
        var reader = OpenAIResponsesContentReader(role: role)
        try reader.read(item, name)
        extras += reader.extras
        return reader.parts
    }

    private mutating func append(_ parts: [ChatPart], as role: ChatTurn.Role, _ item: OpenAIResponsesMembers) {
        guard !parts.isEmpty else { return }
        if role == .assistant || role == .tool, turns.last?.role == role {
            turns[turns.count - 1].parts += parts
        } else {
            turns.append(ChatTurn(role, parts, place: item.place))
        }
    }

    /// Once, however many items say it.
    private mutating func hint(_ field: String) {
        if hinted.insert(field).inserted { extras.append(ChatExtra(field, .hint)) }
    }
}
