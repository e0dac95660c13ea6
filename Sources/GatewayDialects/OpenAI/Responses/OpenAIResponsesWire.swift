package import GatewayCore
package import JSONBytes

/// `POST /v1/responses`, both ways.
///
/// What the provider keeps for a client (`previous_response_id`, `conversation`, `background`) and what it does itself (web search, code interpreter,
/// MCP, custom tools with grammars) has no counterpart elsewhere and is refused by name.
///
/// - SeeAlso: wire.md, sections 3.4, 7 and 8
package enum OpenAIResponsesWire: ChatWire {
    package static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        try OpenAIResponsesRequestReader.read(body, facts)
    }

    package static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        try OpenAIResponsesRequestWriter.body(of: request, for: target, losses: &losses)
    }

    package static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        try OpenAIResponsesAnswerReader.read(body, ids: ids)
    }

    package static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        OpenAIResponsesAnswerWriter.body(of: answer, to: facts)
    }

    package static func reader(ids: ChatIDs) -> any ChatStreamReader { OpenAIResponsesStreamReader(ids: ids) }
    package static func writer(for facts: ChatAnswerFacts) -> any ChatStreamWriter { OpenAIResponsesStreamWriter(facts) }
}
