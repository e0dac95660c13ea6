import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Whole answers of the OpenAI dialect")
struct OpenAIAnswerTests {
    @Test(arguments: Recording.wholeAnswers)
    func `give the token counts that were recorded`(_ recording: Recording) throws {
        let usage = try #require(try JSONValue(parsing: recording.answer)["usage"])

        guard case .answer(let read?) = OpenAIAnswer.judge(recording.answer, recording.operation) else {
            Issue.record("no answer: \(recording.id)")
            return
        }

        #expect(read.input == (usage["prompt_tokens"] ?? usage["input_tokens"])?.int)
        #expect(read.output == (usage["completion_tokens"] ?? usage["output_tokens"])?.int ?? 0)
        #expect(read.reasoning == (usage["completion_tokens_details"] ?? usage["output_tokens_details"])?["reasoning_tokens"]?.int ?? 0)
        #expect(read.cachedInput == (usage["prompt_tokens_details"] ?? usage["input_tokens_details"])?["cached_tokens"]?.int ?? 0)
    }

    @Test(arguments: [2, 10, 100])
    func `are broken when they are cut`(_ missing: Int) {
        let answer = Array(Recording.named("openai-chat-json-01").answer.dropLast(missing))

        #expect(OpenAIAnswer.judge(answer, .chatCompletions) == .broken(reason: "it is not the JSON that it should be."))
    }

    @Test(arguments: ["", "<html>", "[]", #"{"choices":{}}"#, "{}"])
    func `are broken when they are something else`(_ body: String) {
        guard case .broken = OpenAIAnswer.judge(Array(body.utf8), .chatCompletions) else {
            Issue.record("taken for an answer: \(body)")
            return
        }
    }

    @Test func `may be errors in disguise`() {
        let body = Array(#"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#.utf8)

        #expect(OpenAIAnswer.judge(body, .chatCompletions) == .error(status: 429))
    }

    @Test(arguments: [
        (#"{"prompt_tokens":-3,"completion_tokens":2}"#, Usage(input: 0, output: 2)), (#"{"prompt_tokens":3}"#, Usage(input: 3, output: 0)),
        (#"{"prompt_tokens":3,"prompt_tokens_details":null}"#, Usage(input: 3, output: 0)),
        (#"{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":4}"#, Usage(input: 9, output: 1, cachedInput: 4)),
        (#"{"prompt_tokens":1e2,"completion_tokens":1.5}"#, Usage(input: 100, output: 0)),
    ])
    func `count what can be counted`(_ usage: String, _ expected: Usage) {
        #expect(OpenAIUsage.read(Array(usage.utf8), at: 0..<usage.utf8.count) == expected)
    }

    @Test(arguments: ["{}", #"{"total":3}"#])
    func `may count nothing`(_ usage: String) {
        #expect(OpenAIUsage.read(Array(usage.utf8), at: 0..<usage.utf8.count) == nil)
    }
}
