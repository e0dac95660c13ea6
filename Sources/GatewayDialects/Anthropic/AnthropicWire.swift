package import GatewayCore
package import JSONBytes

/// Anthropic's messages, as a client's format and as a provider's.
///
/// - SeeAlso: wire.md, section 4
package enum AnthropicWire: ChatWire {
    package static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        try AnthropicRequestReader.read(body, facts)
    }

    package static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        try losses.takeExtras(of: request)
        var writer = AnthropicRequestWriter(request: request, target: target, losses: losses)
        defer { losses = writer.losses }
        return try writer.body()
    }

    package static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        var reader = AnthropicAnswerReader(ids: ids)
        return try reader.read(body)
    }

    package static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        AnthropicAnswerWriter.body(of: answer, to: facts)
    }

    package static func reader(ids: ChatIDs) -> any ChatStreamReader { AnthropicStreamReader(ids: ids) }
    package static func writer(for facts: ChatAnswerFacts) -> any ChatStreamWriter { AnthropicStreamWriter(facts: facts) }
}
