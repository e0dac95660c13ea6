import GatewayCore
import JSONBytes

// The blocks of a message. What no other provider knows is kept as an extra, and no part is made of it.
//
// - SeeAlso: wire.md, sections 4.1 and 7.5
extension AnthropicRequestReader {
    private static let foreignBlock = "only Anthropic's models know blocks of this type."
    static let callsFromCode = "only Anthropic's models call tools out of code that they run themselves."

    /// - Returns: nil when there is nothing in it, or nothing that another format can say.
    mutating func part(_ block: JSONValue, of role: ChatTurn.Role, at place: String) throws(GatewayError) -> ChatPart? {
        var fields = try AnthropicFields(block, at: place)
        let type = try fields.requiredString("type")
        let part = try part(type, &fields, of: role)
        if fields.value("cache_control") != nil { request.extras.append(ChatExtra(fields.name("cache_control"), .hint)) }
        request.extras += fields.unknown
        return part
    }

    private mutating func part(_ type: String, _ fields: inout AnthropicFields, of role: ChatTurn.Role) throws(GatewayError) -> ChatPart? {
        switch (type, role) {
        case ("text", _): return try text(&fields)
        case ("image", .user), ("image", .assistant), ("image", .tool): return try media(&fields).map(ChatPart.image)
        case ("document", .user), ("document", .assistant), ("document", .tool): return try document(&fields)
        case ("search_result", .user), ("search_result", .tool): return try searchResult(&fields)
        case ("thinking", .assistant): return try thinking(&fields)
        case ("redacted_thinking", .assistant):
            return .thinking(ChatThinking(text: "", seal: ChatSeal(found: try fields.requiredString("data"), native: .redacted)))
        case ("tool_use", .assistant): return .call(try call(&fields))
        case ("tool_result", .user): return .result(try result(&fields))
        case ("image", _), ("document", _), ("search_result", _), ("thinking", _), ("redacted_thinking", _), ("tool_use", _), ("tool_result", _):
            throw fields.refused("type", "a block of this type has no place here.")
        default:
            fields.passOver()
            request.extras.append(ChatExtra(fields.place, .meaning(Self.foreignBlock)))
            return nil
        }
    }

    private mutating func text(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatPart? {
        let text = try fields.requiredString("text")
        if let citations = try fields.array("citations"), !citations.isEmpty {
            request.extras.append(ChatExtra(fields.name("citations"), .hint))
        }
        return text.isEmpty ? nil : .text(text)
    }

    private func thinking(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatPart? {
        let text = try fields.string("thinking") ?? ""
        let signature = try fields.string("signature") ?? ""
        guard !text.isEmpty || !signature.isEmpty else { return nil }
        return .thinking(ChatThinking(text: text, seal: signature.isEmpty ? nil : ChatSeal(found: signature, native: .signature)))
    }

    private mutating func call(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatCall {
        let id = try fields.requiredString("id")
        let name = try fields.requiredString("name")
        let input = fields.value("input") ?? .object(JSONObject())
        guard input.object != nil else { throw fields.refused("input", "it must be an object.") }
        if let caller = fields.value("caller"), caller["type"]?.string != "direct" {
            request.extras.append(ChatExtra(fields.name("caller"), .meaning(Self.callsFromCode)))
        }
        if fields.value("toolset_name") != nil {
            request.extras.append(ChatExtra(fields.name("toolset_name"), .meaning("only Anthropic's models know toolsets.")))
        }
        return ChatCall(id: id, name: name, arguments: String(decoding: input.written(), as: UTF8.self))
    }

    private mutating func result(_ fields: inout AnthropicFields) throws(GatewayError) -> ChatResult {
        let id = try fields.requiredString("tool_use_id")
        let isError = try fields.bool("is_error") ?? false
        if fields.value("toolset_name") != nil {
            request.extras.append(ChatExtra(fields.name("toolset_name"), .meaning("only Anthropic's models know toolsets.")))
        }
        var parts: [ChatPart] = []
        switch fields.value("content") {
        case nil: break
        case .string(let text): if !text.isEmpty { parts = [.text(text)] }
        case .array(let blocks):
            for (index, block) in blocks.enumerated() {
                if let part = try part(block, of: .tool, at: "\(fields.name("content"))[\(index)]") { parts.append(part) }
            }
        default: throw fields.refused("content", "it must be a string or an array of blocks.")
        }
        return ChatResult(id: id, parts: parts, isError: isError, place: fields.place)
    }
}
