import GatewayCore
import JSONBytes

/// A message on its way into a request: one or more turns of the same role.
struct AnthropicMessage {
    enum Role: String {
        case user, assistant, system
    }

    let role: Role
    /// Where its first turn was written.
    let place: String
    /// Results of calls, which stand first.
    var results: [JSONValue] = []
    var blocks: [JSONValue] = []
    var callIDs: Set<String> = []
    var resultIDs: [(id: String, place: String)] = []

    var isEmpty: Bool { results.isEmpty && blocks.isEmpty }
    var value: JSONValue { ["role": .string(role.rawValue), "content": .array(results + orderedBlocks)] }

    /// Blocks as they came, but for thoughts that stand behind something else: those were put back by the gateway, which knows of the calls around them
    /// and not of the text (`ChatSeals`), and belong in front, where Anthropic wants them.
    private var orderedBlocks: [JSONValue] {
        guard let first = blocks.first, !Self.isThought(first) else { return blocks }
        return blocks.filter(Self.isThought) + blocks.filter { !Self.isThought($0) }
    }

    private static func isThought(_ block: JSONValue) -> Bool { block["type"] == "thinking" || block["type"] == "redacted_thinking" }
}

// Turns become messages: neighbours of the same role are one message, and what is left empty is none.
//
// - SeeAlso: wire.md, sections 4.1 and 7.3
extension AnthropicRequestWriter {
    mutating func messages() throws(GatewayError) -> [JSONValue] {
        var messages: [AnthropicMessage] = []
        for turn in request.turns.drop(while: { $0.role == .system }) {
            let message = try message(turn)
            guard !message.isEmpty else { continue }
            if let last = messages.indices.last, messages[last].role == message.role {
                messages[last].add(message)
            } else {
                messages.append(message)
            }
        }
        try check(messages)
        return messages.map(\.value)
    }

    private mutating func message(_ turn: ChatTurn) throws(GatewayError) -> AnthropicMessage {
        var message = AnthropicMessage(role: turn.messageRole, place: placeName(turn))
        for part in turn.parts {
            switch part {
            case .result(let result):
                let id = AnthropicToolIDs.id(result.id)
                message.results.append(try self.result(result, id, in: turn))
                message.resultIDs.append((id, result.place.isEmpty ? message.place : result.place))
            case .call(let call):
                let id = AnthropicToolIDs.id(call.id)
                message.blocks.append(try self.call(call, id, in: turn))
                message.callIDs.insert(id)
            default: if let block = try block(part, in: turn) { message.blocks.append(block) }
            }
        }
        return message
    }

    /// What Anthropic would refuse, in words that name the client's own message.
    private func check(_ messages: [AnthropicMessage]) throws(GatewayError) {
        guard let first = messages.first else { throw losses.meaning(conversationName, "there is nothing in it that the model could answer.") }
        guard first.role == .user else {
            throw losses.meaning(first.place, "at this provider the user speaks first. Begin the conversation with a message of the user's.")
        }
        for (index, message) in messages.enumerated() {
            let answered = index + 1 < messages.count && messages[index + 1].role == .user ? messages[index + 1].resultIDs.map(\.id) : []
            guard message.callIDs.isSubset(of: answered) else {
                throw losses.meaning(message.place, "each call needs its result right behind it, before anything else is said.")
            }
            let asked = index > 0 ? messages[index - 1].callIDs : []
            if let stray = message.resultIDs.first(where: { !asked.contains($0.id) }) {
                throw losses.meaning(stray.place, "no call with this id stands right before this result.")
            }
        }
    }

    func placeName(_ turn: ChatTurn) -> String { turn.place.isEmpty ? conversationName : turn.place }

    private var conversationName: String { request.format.conversationName }
}

extension AnthropicMessage {
    fileprivate mutating func add(_ other: AnthropicMessage) {
        results += other.results
        blocks += other.blocks
        callIDs.formUnion(other.callIDs)
        resultIDs += other.resultIDs
    }
}

extension ChatTurn {
    fileprivate var messageRole: AnthropicMessage.Role {
        switch role {
        case .system: .system
        case .user, .tool: .user
        case .assistant: .assistant
        }
    }
}
