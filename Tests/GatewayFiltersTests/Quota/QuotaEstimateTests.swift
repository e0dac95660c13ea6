import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("What a request may come to")
struct QuotaEstimateTests {
    private func wish(_ body: String, _ operation: GatewayCore.Operation, _ dialect: Dialect = .openai) throws -> OutputWish? {
        let exchange = Exchange.sample(body: body, operation: operation)
        exchange.dialect = dialect
        exchange.bodyScan = try exchange.scan(Array(body.utf8))
        return OutputWish(exchange)
    }

    @Test func `is what the client allows, times the answers it wants`() throws {
        #expect(try wish(#"{"max_tokens":50,"max_completion_tokens":70,"n":3}"#, .chatCompletions) == OutputWish(tokensMax: 70, answers: 3))
        #expect(try wish(#"{"max_tokens":50,"n":1,"best_of":4}"#, .completions) == OutputWish(tokensMax: 50, answers: 4))
        #expect(try wish(#"{"max_output_tokens":50}"#, .responses) == OutputWish(tokensMax: 50))
        #expect(
            try wish(#"{"max_tokens":5000,"thinking":{"type":"enabled","budget_tokens":2000}}"#, .messages, .anthropic)
                == OutputWish(tokensMax: 5000, tokensMin: 2016))
        #expect(
            try wish(#"{"generationConfig":{"maxOutputTokens":50,"candidateCount":2}}"#, .generateContent, .gemini)
                == OutputWish(tokensMax: 50, answers: 2))
        #expect(try wish(#"{"max_tokens":"many","n":-5}"#, .chatCompletions) == OutputWish())
        #expect(try wish(#"{"max_tokens":99999999999999999999,"n":999999999}"#, .chatCompletions)?.answers == 128)
        #expect(try wish(#"{"input":"x"}"#, .embeddings) == nil)
    }

    @Test func `counts 2,5 bytes of text as a token, and a picture as a picture`() {
        let text = String(repeating: "Some words. ", count: 1000)
        let picture = String(repeating: "iVBORw0KGgo", count: 100_000)

        #expect(InputEstimate.tokens(of: Array(#"{"a":"\#(text)"}"#.utf8)) == ((text.utf8.count + 8) * 2 + 4) / 5)
        #expect((4000...5000).contains(InputEstimate.tokens(of: Array(#"{"url":"data:image/png;base64,\#(picture)"}"#.utf8))))
        #expect(InputEstimate.tokens(of: Array(#"{"a":"\#(String(repeating: "汉字", count: 5000))"}"#.utf8)) > 11_000)
        #expect(InputEstimate.tokens(of: Array(#"{"a":"\#(String(repeating: "\\\"", count: 5000))"}"#.utf8)) > 4000)
        #expect(InputEstimate.tokens(of: Array(#"{"a":"\"#.utf8)) >= 0)
    }

    @Test func `learns lengths that about one answer in twenty exceeds`() {
        let history = OutputHistory()
        let pair = OutputHistory.Key(caller: "a", model: "m")
        #expect(history.expected(for: pair) == 1024)
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 { history.learn(Int.random(in: 1...1000, using: &random), for: pair) }

        let expected = history.expected(for: pair)

        #expect((940...1100).contains(expected))
        #expect(history.expected(for: OutputHistory.Key(caller: "new", model: "m")) == expected)
        #expect(history.expected(for: OutputHistory.Key(caller: "a", model: "other")) == 1024)
    }

    @Test func `follows callers whose answers change, in bounded memory`() {
        let history = OutputHistory()
        let pair = OutputHistory.Key(caller: "a", model: "m")
        for _ in 0..<1000 { history.learn(5000, for: pair) }
        for _ in 0..<6000 { history.learn(100, for: pair) }
        #expect(history.expected(for: pair) < 120)

        for index in 0..<20_000 { history.learn(10, for: OutputHistory.Key(caller: "caller \(index)", model: "m")) }
        #expect(history.pairCount <= 4096)
        history.learn(.max, for: pair)
    }
}
