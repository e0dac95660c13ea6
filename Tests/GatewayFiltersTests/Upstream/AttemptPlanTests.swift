import GatewayCore
import GatewayDialects
import Testing

@testable import GatewayFilters

@Suite("What is done to get a request to a provider")
struct AttemptPlanTests {
    /// A client's path, and what happens to its request at a provider of OpenAI's (both formats; chat alone; responses alone), Anthropic's and Gemini's.
    static let table: [(path: String, plans: [String])] = [
        ("/v1/chat/completions", ["same", "same", "chat>responses", "chat>anthropic", "chat>gemini"]),
        ("/v1/responses", ["same", "responses>chat", "same", "responses>anthropic", "responses>gemini"]),
        ("/v1/messages", ["anthropic>chat", "anthropic>chat", "anthropic>responses", "same", "anthropic>gemini"]),
        ("/v1beta/models/fast:generateContent", ["gemini>chat", "gemini>chat", "gemini>responses", "gemini>anthropic", "same"]),
        ("/v1beta/models/fast:streamGenerateContent", ["gemini>chat", "gemini>chat", "gemini>responses", "gemini>anthropic", "same"]),
        ("/v1/completions", ["same", "same", "same", "refused", "refused"]),
        ("/v1/embeddings", ["same", "same", "same", "refused", "embeddings"]),
        ("/v1beta/models/fast:embedContent", ["embeddings", "embeddings", "embeddings", "refused", "same"]),
        ("/v1beta/models/fast:batchEmbedContents", ["embeddings", "embeddings", "embeddings", "refused", "same"]),
        ("/v1/messages/count_tokens", ["estimate", "estimate", "estimate", "same", "count"]),
        ("/v1beta/models/fast:countTokens", ["estimate", "estimate", "estimate", "count", "same"]),
        ("/v1/audio/speech", ["same", "same", "same", "refused", "refused"]),
        ("/v1/responses/input_tokens", ["same", "same", "same", "refused", "refused"]),
        ("/v1/messages/batches", ["refused", "refused", "refused", "same", "refused"]),
        ("/v1beta/cachedContents", ["refused", "refused", "refused", "refused", "same"]),
    ]

    static let providers = [
        Provider.speaking(.openai), .speaking(.openai, formats: [.openAIChat]), .speaking(.openai, formats: [.openAIResponses]),
        .speaking(.anthropic), .speaking(.gemini),
    ]

    private func plan(_ path: String, _ provider: Provider) throws -> String {
        let exchange = try Exchange.asking(path, #"{"model":"fast"}"#)
        do throws(GatewayError) {
            switch try AttemptPlan(exchange, to: provider) {
            case .same: return "same"
            case .embeddings: return "embeddings"
            case .estimate: return "estimate"
            case .count: return "count"
            case .chat(let translation): return "\(translation.client.rawValue)>\(translation.provider.rawValue)"
            }
        } catch {
            guard case .fieldRefused("model", _) = error else { return error.message }
            return "refused"
        }
    }

    @Test(arguments: table) func `follows from what the client asks for and what the provider speaks`(path: String, plans: [String]) throws {
        #expect(try Self.providers.map { try plan(path, $0) } == plans)
    }

    @Test func `is a translation to the format that the file names first, and none where the client's is among those it names`() throws {
        let provider = Provider.speaking(.openai, formats: [.openAIResponses, .openAIChat])

        #expect(try plan("/v1/messages", provider) == "anthropic>responses")
        #expect(try plan("/v1/chat/completions", provider) == "same")
        #expect(try plan("/v1/responses", provider) == "same")
    }

    @Test func `is refused with a word about the model, since another model would do`() throws {
        let exchange = try Exchange.asking("/v1/embeddings", #"{"model":"fast","input":"x"}"#)
        let reason = "the provider of this model speaks Anthropic's API, which has nothing for this path."

        #expect(throws: GatewayError.fieldRefused(field: "model", reason: reason)) { try AttemptPlan(exchange, to: .speaking(.anthropic)) }
    }

    @Test func `makes ids of the answer that are this request's alone, and the client's name for the model`() throws {
        let exchange = try Exchange.greeting(from: .openAIChat)

        let facts = ChatAnswerFacts(exchange)

        #expect(facts.seed == exchange.trace.spanID)
        #expect(facts.created == exchange.worker.secondsSince1970)
        #expect(facts.model == "fast")
    }
}
