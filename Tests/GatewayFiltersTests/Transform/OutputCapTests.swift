import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects
@testable import GatewayFilters

@Suite("A cap on output")
struct OutputCapTests {
    private func lowered(
        _ body: String, _ operation: GatewayCore.Operation, _ dialect: Dialect, cap: Int? = 100, usesMaxTokens: Bool = false
    ) throws -> String {
        let exchange = Exchange.sample(body: body, operation: operation)
        exchange.dialect = dialect
        exchange.bodyScan = try exchange.scan(Array(body.utf8))
        exchange.outputTokensMax = cap
        return String(decoding: try OutputCap.lowered(Array(body.utf8), of: exchange, usesMaxTokens: usesMaxTokens), as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"model":"m","max_tokens":500}"#, GatewayCore.Operation.chatCompletions, Dialect.openai, #"{"model":"m","max_tokens":100}"#),
        (#"{"max_completion_tokens": 101 }"#, .chatCompletions, .openai, #"{"max_completion_tokens": 100 }"#),
        (#"{"max_completion_tokens":99}"#, .chatCompletions, .openai, #"{"max_completion_tokens":99}"#),
        (#"{"max_tokens":null}"#, .chatCompletions, .openai, #"{"max_tokens":null,"max_completion_tokens":100}"#),
        (#"{"model":"m"}"#, .chatCompletions, .openai, #"{"model":"m","max_completion_tokens":100}"#),
        (#"{"model":"m"}"#, .completions, .openai, #"{"model":"m","max_tokens":100}"#),
        (#"{"model":"m"}"#, .responses, .openai, #"{"model":"m","max_output_tokens":100}"#),
        (#"{"model":"m","max_tokens":4096}"#, .messages, .anthropic, #"{"model":"m","max_tokens":100}"#),
        (#"{"contents":[]}"#, .generateContent, .gemini, #"{"contents":[],"generationConfig":{"maxOutputTokens":100}}"#),
        (
            #"{"generation_config":{"max_output_tokens":2e3}}"#, .generateContent, .gemini, #"{"generation_config":{"max_output_tokens":100}}"#
        ),
        (#"{"input":"x"}"#, .embeddings, .openai, #"{"input":"x"}"#),
    ])
    func `lowers what the client allows, and says it where the client does not`(
        body: String, operation: GatewayCore.Operation, dialect: Dialect, expected: String
    ) throws {
        #expect(try lowered(body, operation, dialect) == expected)
    }

    @Test func `is called what the provider calls it`() throws {
        #expect(try lowered(#"{"a":1}"#, .chatCompletions, .openai, usesMaxTokens: true) == #"{"a":1,"max_tokens":100}"#)
    }

    @Test func `changes nothing where there is none`() throws {
        #expect(try lowered(#"{"max_tokens":500}"#, .chatCompletions, .openai, cap: nil) == #"{"max_tokens":500}"#)
    }

    @Test func `lowers a conversation in translation`() {
        var request = ChatRequest(format: .anthropic, model: "m")
        request.sampling.outputTokensMax = JSONNumber(500)
        OutputCap.lower(&request, to: 600)
        #expect(request.sampling.outputTokensMax == JSONNumber(500))
        OutputCap.lower(&request, to: 100)
        #expect(request.sampling.outputTokensMax == JSONNumber(100))
    }
}
