import GatewayCore
import HTTPWire
import JSONBytes

/// Writes chunks for a client.
///
/// - SeeAlso: wire.md, sections 3.3 and 8.2
struct OpenAIChatStreamWriter: ChatStreamWriter {
    private let facts: ChatAnswerFacts
    /// Every chunk's beginning, up to the value of `choices`.
    private var head: [UInt8] = []
    private var usage: Usage?
    private var part: ChatPartStart?
    private var hasText = false
    private var seal: ChatSeal?
    private var messageSeal: OpenAIChatMessageSeal
    /// Calls that have begun. A call's index is one less, whatever the number of its part.
    private var callCount = 0
    /// Arguments of the open call where the client gets free text out of them: that can be told only when they are whole.
    private var freeform: String?

    init(for facts: ChatAnswerFacts) {
        self.facts = facts
        messageSeal = OpenAIChatMessageSeal(showsThoughts: facts.showsThoughts)
    }

    mutating func write(_ event: ChatEvent, to output: inout [BodyChunk]) {
        switch event {
        case .start(_, let model, let usage):
            head = Self.head(facts, model: model ?? facts.model)
            self.usage = usage
            output.append(choice(["role": "assistant", "content": ""]))
        case .begin(let start): begin(start, &output)
        case .delta(let text): delta(text, &output)
        case .seal(let seal):
            self.seal = seal
            let extra: JSONObject = ["extra_content": OpenAIChatMessageSeal.extraContent(seal)]
            if case .call = part { output.append(choice(freeform == nil ? call(extra, arguments: "") : custom(extra, input: ""))) }
        case .end: end(&output)
        case .usage(let usage): self.usage = usage
        case .stop(let stop):
            if let extra = messageSeal.extraContent { output.append(choice(["extra_content": extra])) }
            output.append(choice([:], reason: .string(OpenAIChatStop.word(stop))))
        case .finish:
            if let usage { output.append(BodyChunk(counts(usage), isUsageOnly: true)) }
            output.append(BodyChunk(Array("data: [DONE]\n\n".utf8)))
        case .ping:
            var comment: [UInt8] = []
            SSEWriter.append(comment: "keep-alive", to: &comment)
            output.append(BodyChunk(comment))
        case .failure: break
        }
    }
}

extension OpenAIChatStreamWriter {
    private mutating func begin(_ start: ChatPartStart, _ output: inout [BodyChunk]) {
        part = start
        hasText = false
        seal = nil
        guard case .call(let id, let name) = start else { return }
        callCount += 1
        if facts.toolKinds[name]?.isCustom == true {
            freeform = ""
            output.append(choice(custom(["id": .string(id), "type": "custom"], name: name, input: "")))
            return
        }
        output.append(choice(call(["id": .string(id), "type": "function"], name: name, arguments: "")))
    }

    private mutating func delta(_ text: String, _ output: inout [BodyChunk]) {
        hasText = true
        switch part {
        case .text: output.append(choice(["content": .string(text)]))
        case .refusal: output.append(choice(["refusal": .string(text)]))
        case .thinking: if facts.showsThoughts { output.append(choice(["reasoning_content": .string(text)])) }
        case .call:
            if freeform != nil { freeform? += text } else { output.append(choice(call([:], arguments: text))) }
        case nil: break
        }
    }

    private mutating func end(_ output: inout [BodyChunk]) {
        switch part {
        case .thinking: messageSeal.take(hasText: hasText, seal: seal)
        case .call where freeform != nil:
            output.append(choice(custom([:], input: OpenAIFreeform.input(freeform ?? ""))))
            freeform = nil
        // Clients cannot read "" as JSON.
        case .call: if !hasText { output.append(choice(call([:], arguments: "{}"))) }
        case .text, .refusal, nil: break
        }
        part = nil
    }

    /// A piece of the newest call, of a tool that takes free text.
    private func custom(_ members: JSONObject, name: String? = nil, input: String) -> JSONObject {
        var call: JSONObject = ["index": .init(callCount - 1)]
        for member in members { call[member.name] = member.value }
        var custom = JSONObject()
        if let name { custom["name"] = .string(name) }
        custom["input"] = .string(input)
        call["custom"] = .object(custom)
        return ["tool_calls": [.object(call)]]
    }

    /// A piece of the newest call. Every piece has a `function`: LangChain loses those without.
    private func call(_ members: JSONObject, name: String? = nil, arguments: String) -> JSONObject {
        var call: JSONObject = ["index": .init(callCount - 1)]
        for member in members { call[member.name] = member.value }
        var function = JSONObject()
        if let name { function["name"] = .string(name) }
        function["arguments"] = .string(arguments)
        call["function"] = .object(function)
        return ["tool_calls": [.object(call)]]
    }
}

// Chunks, in bytes: a long answer has many thousand.
extension OpenAIChatStreamWriter {
    private static func head(_ facts: ChatAnswerFacts, model: String) -> [UInt8] {
        let members: JSONObject = [
            "id": .string(OpenAIChatAnswerWriter.id(facts)), "object": "chat.completion.chunk", "created": .init(facts.created),
            "model": .string(model),
        ]
        return JSONValue.object(members).written().dropLast() + Array(#","choices":"#.utf8)
    }

    private func choice(_ delta: JSONObject, reason: JSONValue = .null) -> BodyChunk {
        var data = head + Array(#"[{"index":0,"delta":"#.utf8)
        delta.write(to: &data)
        data += Array(#","logprobs":null,"finish_reason":"#.utf8)
        reason.write(to: &data)
        // With token counts asked for, OpenAI writes their absence into every chunk.
        data += Array((facts.wantsUsageEvent ? #"}],"usage":null}"# : "}]}").utf8)
        return BodyChunk(Self.event(data))
    }

    private func counts(_ usage: Usage) -> [UInt8] {
        var data = head + Array(#"[],"usage":"#.utf8)
        OpenAIUsage.chat(usage).write(to: &data)
        data.append(UInt8(ascii: "}"))
        return Self.event(data)
    }

    private static func event(_ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        SSEWriter.append(event: nil, data: data, to: &bytes)
        return bytes
    }
}
