import GatewayCore
import JSONBytes

/// Writes a whole answer for a client.
///
/// - SeeAlso: wire.md, sections 3.2, 7.6 and 7.7
enum OpenAIChatAnswerWriter {
    static func write(_ answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONObject {
        var body: JSONObject = [
            "id": .string(id(facts)), "object": "chat.completion", "created": .init(facts.created), "model": .string(answer.model ?? facts.model),
            "choices": [
                [
                    "index": 0, "message": .object(message(answer, facts)), "logprobs": nil,
                    "finish_reason": .string(OpenAIChatStop.word(answer.stop)),
                ]
            ],
        ]
        if let usage = answer.usage { body["usage"] = OpenAIUsage.chat(usage) }
        return body
    }

    static func id(_ facts: ChatAnswerFacts) -> String { "chatcmpl-" + facts.seed }

    private static func message(_ answer: ChatAnswer, _ facts: ChatAnswerFacts) -> JSONObject {
        var said = OpenAIChatSaid(JSONObject())
        var calls: [JSONValue] = []
        var seal = OpenAIChatMessageSeal(showsThoughts: facts.showsThoughts)
        for part in answer.parts {
            switch part {
            case .text(let words): said.text += words
            case .refusal(let words): said.refusal += words
            case .thinking(let thinking):
                said.thoughts += thinking.text
                seal.take(hasText: !thinking.text.isEmpty, seal: thinking.seal)
            case .call(let made): calls.append(.object(call(made, facts)))
            case .image, .audio, .document, .result: break  // not in answers (ChatAnswer.parts)
            }
        }
        let isSilent = said.text.isEmpty && (!calls.isEmpty || !said.refusal.isEmpty || answer.stop == .filtered)
        var message: JSONObject = ["role": "assistant", "content": isSilent ? .null : .string(said.text)]
        message["refusal"] = said.refusal.isEmpty ? .null : .string(said.refusal)
        if facts.showsThoughts, !said.thoughts.isEmpty { message["reasoning_content"] = .string(said.thoughts) }
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        message["extra_content"] = seal.extraContent
        return message
    }

    private static func call(_ call: ChatCall, _ facts: ChatAnswerFacts) -> JSONObject {
        var written: JSONObject = ["id": .string(call.id)]
        if facts.toolKinds[call.name]?.isCustom == true {
            written["type"] = "custom"
            written["custom"] = ["name": .string(call.name), "input": .string(OpenAIFreeform.input(call.arguments))]
        } else {
            written["type"] = "function"
            written["function"] = ["name": .string(call.name), "arguments": .string(call.arguments.isEmpty ? "{}" : call.arguments)]
        }
        written["extra_content"] = call.seal.map(OpenAIChatMessageSeal.extraContent)
        return written
    }
}
