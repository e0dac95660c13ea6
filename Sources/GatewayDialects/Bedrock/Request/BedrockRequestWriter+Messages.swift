import GatewayCore
import JSONBytes

/// A message on its way into a request: one or more turns of the same role.
struct BedrockMessage {
    let isUser: Bool
    /// Where its first turn was written.
    let place: String
    /// Results of calls, which stand first.
    var results: [JSONValue] = []
    var blocks: [JSONValue] = []
    var callIDs: Set<String> = []
    var resultIDs: [(id: String, place: String)] = []

    /// Whether the prompt is to be cached up to here.
    var isMarked = false

    var isEmpty: Bool { results.isEmpty && blocks.isEmpty }
    var value: JSONValue {
        let mark = isMarked ? [BedrockRequestWriter.cachePoint] : []
        return ["role": isUser ? "user" : "assistant", "content": .array(results + orderedBlocks + mark)]
    }

    /// Thoughts that the gateway put back (`ChatSeals`) belong in front.
    private var orderedBlocks: [JSONValue] {
        guard let first = blocks.first, !Self.isThought(first) else { return withText(blocks) }
        return blocks.filter(Self.isThought) + withText(blocks.filter { !Self.isThought($0) })
    }

    /// A document has to have a text beside it.
    private func withText(_ blocks: [JSONValue]) -> [JSONValue] {
        guard blocks.contains(where: { $0["document"] != nil }), !blocks.contains(where: { $0["text"] != nil }) else { return blocks }
        return blocks + [["text": "(a document)"]]
    }

    private static func isThought(_ block: JSONValue) -> Bool { block["reasoningContent"] != nil }
}

// Turns become messages: neighbours of the same role are one message, and what is left empty is none.
extension BedrockRequestWriter {
    mutating func messages() throws(GatewayError) -> [JSONValue] {
        var messages: [BedrockMessage] = []
        for turn in request.turns.drop(while: { $0.role == .system }) {
            let message = try message(turn)
            guard !message.isEmpty else { continue }
            if let last = messages.indices.last, messages[last].isUser == message.isUser {
                messages[last].add(message)
            } else {
                messages.append(message)
            }
        }
        try check(messages)
        return messages.map(\.value)
    }

    private mutating func message(_ turn: ChatTurn) throws(GatewayError) -> BedrockMessage {
        // Not every model has instructions in the middle: they stay where they are, in the user's voice.
        if turn.role == .system { losses.hint("\(placeName(turn)).role") }
        var message = BedrockMessage(isUser: turn.role != .assistant, place: placeName(turn))
        message.isMarked = marks.messages.contains(turn.place)
        for part in turn.parts {
            switch part {
            case .result(let result):
                let id = BedrockToolIDs.id(result.id)
                message.results.append(try self.result(result, id, in: turn))
                message.resultIDs.append((id, result.place.isEmpty ? message.place : result.place))
            case .call(let call):
                let id = BedrockToolIDs.id(call.id)
                message.blocks.append(try self.call(call, id, in: turn))
                message.callIDs.insert(id)
            default: if let block = try block(part, in: turn) { message.blocks.append(block) }
            }
        }
        return message
    }

    /// What Bedrock would refuse, in words that name the client's own message.
    private func check(_ messages: [BedrockMessage]) throws(GatewayError) {
        guard let first = messages.first else {
            throw losses.meaning(request.format.conversationName, "there is nothing in it that the model could answer.")
        }
        guard first.isUser else {
            throw losses.meaning(first.place, "at this provider the user speaks first. Begin the conversation with a message of the user's.")
        }
        for (index, message) in messages.enumerated() {
            let answered = index + 1 < messages.count ? messages[index + 1].resultIDs.map(\.id) : []
            guard message.callIDs.isSubset(of: answered) else {
                throw losses.meaning(message.place, "each call needs its result right behind it, before anything else is said.")
            }
            let asked = index > 0 ? messages[index - 1].callIDs : []
            if let stray = message.resultIDs.first(where: { !asked.contains($0.id) }) {
                throw losses.meaning(stray.place, "no call with this id stands right before this result.")
            }
        }
    }

    func placeName(_ turn: ChatTurn) -> String { turn.place.isEmpty ? request.format.conversationName : turn.place }
}

extension BedrockMessage {
    fileprivate mutating func add(_ other: BedrockMessage) {
        results += other.results
        blocks += other.blocks
        callIDs.formUnion(other.callIDs)
        resultIDs += other.resultIDs
        isMarked = isMarked || other.isMarked
    }
}
