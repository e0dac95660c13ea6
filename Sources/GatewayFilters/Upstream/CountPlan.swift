import GatewayCore
import GatewayDialects
import JSONBytes

/// Tokens of an Anthropic client's request, counted by Gemini, and the other way round.
///
/// - SeeAlso: wire.md, sections 4.6 and 5.3
enum CountPlan {
    /// What only an answer needs to know: a request to count has no place for it.
    private static let ofAnswers = ["max_tokens", "stream", "temperature", "top_p", "top_k", "stop_sequences", "metadata"]

    /// - Parameter losses: may drop what it likes: without a field a count is still nearer than a reckoned one.
    /// - Throws: `malformedBody`; `fieldRefused` for what cannot be said at all.
    static func body(of exchange: Exchange, for target: ChatTargetFacts, losses: inout ChatLosses) throws(GatewayError) -> [UInt8] {
        let isGemini = exchange.dialect == .gemini
        let value: JSONValue
        do { value = try JSONValue(parsing: exchange.request.body) } catch { throw .malformedBody(error) }
        let asked = value["generateContentRequest"] ?? value["generate_content_request"] ?? value
        let wire: any ChatWire.Type = isGemini ? GeminiWire.self : AnthropicWire.self
        let request = try wire.request(from: asked, about: ChatRequestFacts(model: exchange.model))
        guard isGemini else {
            var body = try GeminiWire.body(of: request, for: target, losses: &losses)
            body["model"] = GeminiEmbeddings.model(target.model)
            let whole: JSONValue = ["generateContentRequest": body]
            return whole.written()
        }
        var body = try AnthropicWire.body(of: request, for: target, losses: &losses)
        for name in ofAnswers { body[name] = nil }
        return body.written()
    }

    /// Reads the provider's count, and writes it for the client.
    static func judge(_ body: [UInt8], for exchange: Exchange) -> AnswerVerdict {
        let isGemini = exchange.dialect == .gemini
        let value = try? JSONValue(parsing: body)
        guard let count = value?[isGemini ? "input_tokens" : "totalTokens"]?.int, count >= 0 else { return .broken(reason: "it holds no count.") }
        let answer: JSONValue = isGemini ? ["totalTokens": JSONValue(count)] : ["input_tokens": JSONValue(count)]
        return .answer(body: answer.written(), nil)
    }

    /// Whether the gateway has to reckon after all: the request has something that the provider's format has not, or the provider does not count.
    static func isImpossible(_ error: GatewayError) -> Bool {
        switch error {
        case .fieldRefused: true
        case .upstreamFailed(let failure): [404, 405, 501].contains(failure.status)
        default: false
        }
    }
}
