package import GatewayCore
package import JSONBytes

/// Gemini's `generateContent` and `streamGenerateContent`, and Vertex AI's, whose bodies are the same.
///
/// - SeeAlso: wire.md, sections 5 and 6.2
package enum GeminiWire: ChatWire {
    package static func request(from body: JSONValue, about facts: ChatRequestFacts) throws(GatewayError) -> ChatRequest {
        try GeminiRequestReader.request(from: body, about: facts)
    }

    package static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        try GeminiRequestWriter.body(of: request, for: target, losses: &losses)
    }

    package static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        try GeminiAnswerReader.answer(from: body, ids: ids)
    }

    package static func body(of answer: ChatAnswer, to facts: ChatAnswerFacts) -> JSONValue {
        GeminiAnswerWriter.body(of: answer, to: facts)
    }

    package static func reader(ids: ChatIDs) -> any ChatStreamReader { GeminiStreamReader(ids: ids) }

    package static func writer(for facts: ChatAnswerFacts) -> any ChatStreamWriter { GeminiStreamWriter(for: facts) }
}
