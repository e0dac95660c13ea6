package import GatewayCore
package import JSONBytes

/// Conversations as `POST /v1/chat/completions` has them: OpenAI, Azure and the many servers that speak like them.
///
/// - SeeAlso: wire.md, sections 3.1 to 3.3, 5.5 and 6.1
package enum OpenAIChatWire: ChatWire {
    package static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        var reader = try OpenAIChatRequestReader(body, about: facts)
        return try reader.read()
    }

    package static func body(of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses) throws(GatewayError) -> JSONValue {
        var writer = OpenAIChatRequestWriter(request, for: target, losses: losses)
        let body = try writer.write()
        losses = writer.losses
        return .object(body)
    }

    package static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        try OpenAIChatAnswerReader.read(body, ids: ids)
    }

    package static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        .object(OpenAIChatAnswerWriter.write(answer, to: facts))
    }

    package static func reader(ids: ChatIDs) -> any ChatStreamReader { OpenAIChatStreamReader(ids: ids) }
    package static func writer(for facts: ChatAnswerFacts) -> any ChatStreamWriter { OpenAIChatStreamWriter(for: facts) }
}
