import GatewayCore
import JSONBytes

// Messages.
extension OpenAIChatRequestReader {
    mutating func readMessages() throws(GatewayError) {
        guard let list = try fields.array("messages"), !list.isEmpty else {
            throw fields.refused("messages", "it must be a list with one message at least.")
        }
        var isLeading = true
        for (index, value) in list.enumerated() {
            var message = try OpenAIChatFields(value, at: "messages[\(index)]")
            let role = try message.text("role")
            isLeading = isLeading && (role == "system" || role == "developer")
            switch role {
            case "system", "developer": try readSystem(&message, isLeading: isLeading)
            case "user": append(.user, try content(&message, of: [.text, .image, .audio, .file], isNeeded: true), message)
            case "assistant": append(.assistant, try assistantParts(&message), message)
            case "tool": try readResult(&message)
            case "function": note(message.place, .meaning(Self.functionsReason))
            default: throw message.refused("role", "it must be one of: developer, system, user, assistant, tool.")
            }
            if role != "function" { noteRest(of: message) }
        }
    }

    private mutating func append(_ role: ChatTurn.Role, _ parts: [ChatPart], _ message: OpenAIChatFields) {
        request.turns.append(ChatTurn(role, parts, place: message.place))
    }

    private mutating func readSystem(_ message: inout OpenAIChatFields, isLeading: Bool) throws(GatewayError) {
        let parts = try content(&message, of: [.text], isNeeded: true)
        if isLeading {
            for case .text(let text) in parts { request.system.append(text) }
        } else if !parts.isEmpty {
            append(.system, parts, message)
        }
    }

    /// Results of one round of calls are one turn, as in every other format.
    private mutating func readResult(_ message: inout OpenAIChatFields) throws(GatewayError) {
        let id = try message.text("tool_call_id")
        // Not OpenAI's any more, but still sent: needed only where no call tells the name.
        let name = try message.string("name").flatMap { request.toolName(ofCall: id) == nil ? $0 : nil }
        let parts = try content(&message, of: [.text, .image, .file], isNeeded: false)
        let result = ChatPart.result(ChatResult(id: id, name: name, parts: parts, place: message.place))
        if request.turns.last?.role == .tool {
            request.turns[request.turns.count - 1].parts.append(result)
        } else {
            append(.tool, [result], message)
        }
    }
}

// What the model said before.
extension OpenAIChatRequestReader {
    /// Thoughts, prose, refusal, calls: the order in which every format wants them back.
    private mutating func assistantParts(_ message: inout OpenAIChatFields) throws(GatewayError) -> [ChatPart] {
        let thoughts = thoughts(&message)
        let seal = try thoughtSignature(&message).map { ChatSeal(found: $0, native: .thought) }
        let isThoughtsSeal = seal.map { $0.kind != .thought } ?? false
        var parts: [ChatPart] = []
        if !thoughts.isEmpty || isThoughtsSeal { parts.append(.thinking(ChatThinking(text: thoughts, seal: isThoughtsSeal ? seal : nil))) }
        parts += try content(&message, of: [.text, .refusal], isNeeded: false)
        if let refusal = try message.string("refusal"), !refusal.isEmpty { parts.append(.refusal(refusal)) }
        // Gemini's seal of a text stands behind the text (wire.md, section 5.2).
        if let seal, !isThoughtsSeal { parts.append(.thinking(ChatThinking(text: "", seal: seal))) }
        for (index, value) in (try message.array("tool_calls") ?? []).enumerated() {
            if let call = try call(value, at: message.path("tool_calls[\(index)]")) { parts.append(.call(call)) }
        }
        noteLeftovers(&message)
        return parts
    }

    /// Thoughts as servers other than OpenAI show them, under one of two names or both (wire.md, section 3.2).
    private mutating func thoughts(_ message: inout OpenAIChatFields) -> String {
        var thoughts = ""
        for name in ["reasoning_content", "reasoning"] {
            guard let value = message.value(name) else { continue }
            if let text = value.string { thoughts = thoughts.isEmpty ? text : thoughts } else { note(message.path(name), .hint) }
        }
        return thoughts
    }

    /// What clients send back because it came with an answer.
    private mutating func noteLeftovers(_ message: inout OpenAIChatFields) {
        for name in ["annotations", "reasoning_details"] {
            if let value = message.value(name), value != [] { note(message.path(name), .hint) }
        }
        if message.value("audio") != nil {
            note(message.path("audio"), .meaning("it names sound that another provider keeps. Send its transcript as content."))
        }
        if message.value("function_call") != nil { note(message.path("function_call"), .meaning(Self.functionsReason)) }
    }

    private mutating func call(_ value: JSONValue, at place: String) throws(GatewayError) -> ChatCall? {
        var call = try OpenAIChatFields(value, at: place)
        let type = try call.string("type") ?? "function"
        guard type == "function" || type == "custom" else {
            note(place, .meaning("the provider of this model knows calls of functions only."))
            return nil
        }
        let id = try call.text("id")
        if type == "custom" {
            var custom = try call.neededObject("custom")
            let input = try custom.string("input") ?? ""
            return ChatCall(id: id, name: try custom.text("name"), arguments: OpenAIFreeform.arguments(input))
        }
        var function = try call.neededObject("function")
        let name = try function.text("name")
        let arguments = try function.string("arguments") ?? ""
        _ = call.value("index")  // from clients that collect a stream; says what the order says
        let seal = try thoughtSignature(&call).map { ChatSeal(found: $0, native: .thought) }
        noteRest(of: function)
        noteRest(of: call)
        return ChatCall(id: id, name: name, arguments: arguments.isEmpty ? "{}" : arguments, seal: seal)
    }

    /// The seal in Google's own place for it, which this gateway uses too; Vertex AI has another name for the same.
    private mutating func thoughtSignature(_ fields: inout OpenAIChatFields) throws(GatewayError) -> String? {
        guard var extra = try fields.object("extra_content") else { return nil }
        var signature: String?
        for name in ["google", "vertex"] {
            guard var provider = try extra.object(name) else { continue }
            if let text = try provider.string("thought_signature"), !text.isEmpty { signature = signature ?? text }
            for field in provider.rest { note(field, .hint) }
        }
        for field in extra.rest { note(field, .hint) }
        return signature
    }
}
