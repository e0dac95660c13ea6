import GatewayCore
import JSONBytes

/// Writes a whole answer for a client.
enum OpenAIResponsesAnswerWriter {
    static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        let response = OpenAIResponsesResponse(facts: facts, model: answer.model)
        var items: [JSONValue] = []
        for (index, part) in answer.parts.enumerated() {
            let isCut = index == answer.parts.count - 1 && (answer.stop == .length || answer.stop == .filtered)
            append(part, isCut ? .incomplete : .completed, response, &items)
        }
        return response.value(stop: answer.stop, output: items, usage: answer.usage)
    }

    private static func append(
        _ part: ChatPart, _ status: OpenAIResponsesItemStatus, _ response: OpenAIResponsesResponse, _ items: inout [JSONValue]
    ) {
        typealias Response = OpenAIResponsesResponse
        let index = items.count
        switch part {
        case .text(let text): items.append(Response.message([Response.textPart(text)], id: response.itemID("msg", index), status))
        case .refusal(let text): items.append(Response.message([Response.refusalPart(text)], id: response.itemID("msg", index), status))
        case .thinking(let thinking):
            let text = response.facts.showsThoughts ? thinking.text : ""
            guard !text.isEmpty || thinking.seal != nil else { return }
            items.append(Response.reasoning(text, seal: thinking.seal?.responsesText, id: response.itemID("rs", index)))
        case .call(let call):
            items.append(response.item(of: call, index, status))
            guard let seal = call.sealEnvelope else { return }
            items.append(Response.reasoning("", seal: seal, id: response.itemID("rs", index + 1)))
        // No answer holds these.
        case .image, .audio, .document, .result: break
        }
    }
}
