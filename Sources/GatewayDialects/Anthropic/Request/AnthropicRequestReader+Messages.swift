import GatewayCore
import JSONBytes

// The conversation.
extension AnthropicRequestReader {
    mutating func readSystem(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard let system = fields.value("system") else { return }
        request.system = try texts(system, at: fields.name("system"))
    }

    mutating func readMessages(_ fields: inout AnthropicFields) throws(GatewayError) {
        guard let messages = try fields.array("messages"), !messages.isEmpty else {
            throw fields.refused("messages", "it must hold at least one message.")
        }
        for (index, message) in messages.enumerated() { try readMessage(message, at: "messages[\(index)]") }
    }

    private mutating func readMessage(_ message: JSONValue, at place: String) throws(GatewayError) {
        var fields = try AnthropicFields(message, at: place)
        let role = try fields.requiredString("role")
        let content = fields.value("content")
        request.extras += fields.unknown
        switch role {
        case "user": try readUserMessage(content, at: place)
        case "assistant":
            let parts = try self.parts(content, of: .assistant, at: place)
            if !parts.isEmpty { request.turns.append(ChatTurn(.assistant, Self.attachingSeals(parts), place: place)) }
        case "system":
            let texts = try texts(content ?? .string(""), at: place + ".content")
            if request.turns.isEmpty {
                request.system += texts
            } else if !texts.isEmpty {
                request.turns.append(ChatTurn(.system, texts.map(ChatPart.text), place: place))
            }
        default: throw fields.refused("role", "it must be user, assistant or system.")
        }
    }

    /// Results of calls become a turn of their own, before what else the user says.
    private mutating func readUserMessage(_ content: JSONValue?, at place: String) throws(GatewayError) {
        let extrasBefore = request.extras.count
        let parts = try self.parts(content, of: .user, at: place)
        let results = parts.filter(\.isResult)
        let others = parts.filter { !$0.isResult }
        guard !parts.isEmpty || request.extras.count > extrasBefore else {
            throw .fieldRefused(field: place + ".content", reason: "it must not be empty.")
        }
        if !results.isEmpty { request.turns.append(ChatTurn(.tool, results, place: place)) }
        if !others.isEmpty { request.turns.append(ChatTurn(.user, others, place: place)) }
    }

    private mutating func parts(_ content: JSONValue?, of role: ChatTurn.Role, at place: String) throws(GatewayError) -> [ChatPart] {
        switch content {
        case nil: return []
        case .string(let text): return text.isEmpty ? [] : [.text(text)]
        case .array(let blocks):
            var parts: [ChatPart] = []
            for (index, block) in blocks.enumerated() {
                if let part = try part(block, of: role, at: "\(place).content[\(index)]") { parts.append(part) }
            }
            return parts
        default: throw .fieldRefused(field: place + ".content", reason: "it must be a string or an array of blocks.")
        }
    }

    /// The texts of a string or of text blocks, without empty ones.
    private mutating func texts(_ value: JSONValue, at place: String) throws(GatewayError) -> [String] {
        if let text = value.string { return text.isEmpty ? [] : [text] }
        guard let blocks = value.array else { throw .fieldRefused(field: place, reason: "it must be a string or an array of text blocks.") }
        var texts: [String] = []
        for (index, block) in blocks.enumerated() {
            guard let part = try part(block, of: .system, at: "\(place)[\(index)]") else { continue }
            guard case .text(let text) = part else {
                throw .fieldRefused(field: "\(place)[\(index)]", reason: "only text can stand in instructions.")
            }
            texts.append(text)
        }
        return texts
    }

    /// An empty thinking block that holds the seal of a call stands behind the call or, from other writers, before it.
    ///
    /// - SeeAlso: `AnthropicAnswerWriter`, which writes it behind the call
    static func attachingSeals(_ parts: [ChatPart]) -> [ChatPart] {
        var parts = parts
        var index = 0
        while index < parts.count {
            guard let seal = parts[index].looseSeal else {
                index += 1
                continue
            }
            guard let call = [index - 1, index + 1].first(where: { parts.indices.contains($0) && parts[$0].isUnsealedCall }) else {
                index += 1
                continue
            }
            parts[call].attach(seal)
            parts.remove(at: index)
        }
        return parts
    }
}

extension ChatPart {
    fileprivate var isResult: Bool { if case .result = self { true } else { false } }

    fileprivate var isUnsealedCall: Bool { if case .call(let call) = self { call.seal == nil } else { false } }

    /// A seal of the kind that calls have, in a thinking part without thoughts.
    fileprivate var looseSeal: ChatSeal? {
        guard case .thinking(let thinking) = self, thinking.text.isEmpty, thinking.seal?.kind == .thought else { return nil }
        return thinking.seal
    }

    fileprivate mutating func attach(_ seal: ChatSeal) {
        guard case .call(var call) = self else { return }
        call.seal = seal
        self = .call(call)
    }
}
