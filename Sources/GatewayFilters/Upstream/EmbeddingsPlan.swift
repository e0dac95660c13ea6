import GatewayCore
import GatewayDialects
import JSONBytes

/// Embeddings at a provider of another dialect.
enum EmbeddingsPlan {
    /// - Throws: `malformedBody`, `fieldRefused`.
    static func body(of exchange: Exchange, model: String, at provider: Provider, losses: inout ChatLosses) throws(GatewayError) -> [UInt8] {
        let body = try request(exchange, model, &losses).body
        return provider.surface == .vertexGemini ? VertexEmbeddings.body(of: body).written() : body.written()
    }

    /// Reads the provider's answer, and writes it for the client.
    static func judge(_ body: [UInt8], for exchange: Exchange, from provider: Provider) -> AnswerVerdict {
        guard var answer = try? JSONValue(parsing: body) else { return .broken(reason: "it is not the JSON that it should be.") }
        // What was refused was refused before the provider was asked.
        var losses = ChatLosses(policy: .drop, target: .gemini)
        guard let facts = try? request(exchange, "", &losses).facts else { return .broken(reason: "it answers a request that cannot be read.") }
        if provider.surface == .vertexGemini {
            answer = exchange.operation == .embeddings ? VertexEmbeddings.geminiAnswer(of: answer) : VertexEmbeddings.openAIAnswer(of: answer)
        }
        do throws(ChatFault) {
            let result =
                exchange.operation == .embeddings
                ? try GeminiEmbeddings.answer(fromGemini: answer, model: exchange.model ?? "", facts: facts)
                : try GeminiEmbeddings.answer(fromOpenAI: answer, facts: facts)
            return .answer(body: result.body.written(), result.usage)
        } catch {
            return .broken(reason: error.reason)
        }
    }

    private static func request(
        _ exchange: Exchange, _ model: String, _ losses: inout ChatLosses
    ) throws(GatewayError) -> (body: JSONValue, facts: GeminiEmbeddings.Facts) {
        let value: JSONValue
        do { value = try JSONValue(parsing: exchange.request.body) } catch { throw .malformedBody(error) }
        if exchange.operation == .embeddings { return try GeminiEmbeddings.body(fromOpenAI: value, model: model, losses: &losses) }
        return try GeminiEmbeddings.body(fromGemini: value, operation: exchange.operation, model: model, losses: &losses)
    }
}
