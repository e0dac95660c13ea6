import GatewayCore
import JSONBytes

// The conversation.
extension GeminiRequestWriter {
    mutating func contents() throws(GatewayError) -> [JSONValue] {
        var contents: [JSONValue] = []
        var index = 0
        let lastAsked = request.turns.lastIndex { $0.role == .user } ?? -1
        while index < request.turns.count {
            let turn = request.turns[index]
            var parts: [JSONObject] = []
            if turn.role == .tool {
                // All that was asked for at once is answered at once.
                let end = request.turns[index...].firstIndex { $0.role != .tool } ?? request.turns.count
                parts = try results(of: request.turns[index..<end], behind: request.turns[..<index])
                index = end
            } else {
                parts = try self.parts(of: turn)
                if index > lastAsked { sealFirstCall(&parts) }
                index += 1
            }
            guard !parts.isEmpty else { continue }
            let role: JSONValue = turn.role == .assistant ? "model" : "user"
            contents.append(["role": role, "parts": .array(parts.map(JSONValue.object))])
        }
        return contents
    }

    /// Newer models refuse calls since the user last spoke of which the first in each step is not sealed; older ones, which take budgets, do not look
    /// (wire.md, section 5.2).
    private func sealFirstCall(_ parts: inout [JSONObject]) {
        guard !target.takesBudgets, let first = parts.firstIndex(where: { $0["functionCall"] != nil }) else { return }
        if parts[first]["thoughtSignature"] == nil { parts[first]["thoughtSignature"] = .string(GeminiPart.sealsOfStrangers[0]) }
    }

    private mutating func parts(of turn: ChatTurn) throws(GatewayError) -> [JSONObject] {
        // Gemini has no instructions in the middle: they stay where they are, in the user's voice.
        if turn.role == .system { losses.hint("\(turn.place).role") }
        var parts: [JSONObject] = []
        for part in turn.parts {
            switch part {
            case .text(let text), .refusal(let text): if !text.isEmpty { parts.append(["text": .string(text)]) }
            case .image(let media), .audio(let media), .document(let media): parts.append(json(media, at: turn.place))
            case .thinking(let thinking): add(thinking, of: turn, to: &parts)
            case .call(let call): parts.append(try json(call, at: turn.place))
            case .result(let result): parts.append(try json(result))
            }
        }
        return parts
    }

    private mutating func json(_ media: ChatMedia, at place: String) -> JSONObject {
        if media.title != nil { losses.hint("\(place).\(name(.documentTitle))") }
        return GeminiMedia.json(media)
    }

    /// Only what Gemini has sealed goes back to it. A seal without thoughts belongs to the text before it.
    private mutating func add(_ thinking: ChatThinking, of turn: ChatTurn, to parts: inout [JSONObject]) {
        guard let seal = thinking.seal, seal.kind == .thought else {
            if !thinking.text.isEmpty { losses.hint(turn.place + ".thinking") }
            return
        }
        if !thinking.text.isEmpty {
            parts.append(["text": .string(thinking.text), "thought": true, "thoughtSignature": .string(seal.data)])
        } else if let last = parts.last, last.count == 1, last["text"] != nil {
            parts[parts.count - 1]["thoughtSignature"] = .string(seal.data)
        } else {
            parts.append(["text": "", "thoughtSignature": .string(seal.data)])
        }
    }

    private func json(_ call: ChatCall, at place: String) throws(GatewayError) -> JSONObject {
        guard let arguments = GeminiPart.arguments(call.arguments) else {
            throw losses.meaning(place, "the arguments of a call are no JSON object, and the provider of this model takes nothing else.")
        }
        let seal = call.seal.flatMap { $0.kind == .thought ? $0.data : nil }
        return GeminiPart.call(id: call.id, name: call.name, arguments: arguments, signature: seal)
    }
}

// Results of calls.
extension GeminiRequestWriter {
    /// In the order of the calls: where Gemini goes by name and order, that is all it has.
    private mutating func results(of turns: ArraySlice<ChatTurn>, behind before: ArraySlice<ChatTurn>) throws(GatewayError) -> [JSONObject] {
        var order: [String: Int] = [:]
        for case .call(let call) in before.last(where: { $0.role == .assistant })?.parts ?? [] where order[call.id] == nil {
            order[call.id] = order.count
        }
        var results: [(order: Int, result: ChatResult)] = []
        for turn in turns {
            for part in turn.parts {
                guard case .result(let result) = part else {
                    throw losses.meaning(turn.place, "there is something else than results of calls in it.")
                }
                results.append((order[result.id] ?? .max, result))
            }
        }
        let sorted = results.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
        var parts: [JSONObject] = []
        for (_, element) in sorted { parts.append(try json(element.result)) }
        return parts
    }

    private mutating func json(_ result: ChatResult) throws(GatewayError) -> JSONObject {
        guard let name = result.name ?? request.toolName(ofCall: result.id) else {
            throw losses.meaning(result.place, "no call before it has this id, and the provider of this model needs the name of the function.")
        }
        var result = result
        var media: [JSONValue] = []
        for (index, part) in result.parts.enumerated() {
            switch part {
            case .text: break
            case .image(let one), .audio(let one), .document(let one):
                let json = json(one, at: result.place)
                if case .text(let text) = one.source { result.parts[index] = .text(text) } else { media.append(.object(json)) }
            case .refusal, .thinking, .call, .result: throw losses.meaning(result.place, "there is something else than text and files in it.")
            }
        }
        var response: JSONObject = ["id": .string(result.id), "name": .string(name), "response": GeminiResponse.json(result)]
        if !media.isEmpty { response["parts"] = .array(media) }
        return ["functionResponse": .object(response)]
    }
}
