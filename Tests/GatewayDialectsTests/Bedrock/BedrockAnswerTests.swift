import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("An answer of Bedrock's")
struct BedrockAnswerTests {
    private func answer(_ content: JSONValue, stop: String = "end_turn", usage: JSONValue = nil) throws(ChatFault) -> ChatAnswer {
        let body: JSONValue = ["output": ["message": ["role": "assistant", "content": content]], "stopReason": .string(stop), "usage": usage]
        return try BedrockWire.answer(from: body, ids: ChatIDs(seed: "seed1234"))
    }

    @Test func `says in no format what it says`() throws {
        let answer = try answer(
            [
                ["reasoningContent": ["reasoningText": ["text": "Hm.", "signature": "c2ln"]]], ["reasoningContent": ["redactedContent": "YmxvYg=="]],
                ["text": "It rains."], ["toolUse": ["toolUseId": "t1", "name": "now", "input": [:]]],
            ], stop: "tool_use", usage: ["inputTokens": 10, "outputTokens": 5, "totalTokens": 15, "cacheReadInputTokens": 3])

        #expect(
            answer.parts == [
                .thinking(ChatThinking(text: "Hm.", seal: ChatSeal(.signature, "c2ln"))),
                .thinking(ChatThinking(text: "", seal: ChatSeal(.blob, "YmxvYg=="))),
                .text("It rains."), .call(ChatCall(id: "t1", name: "now", arguments: "{}")),
            ])
        #expect(answer.stop == .calls)
        #expect(answer.usage == Usage(input: 13, output: 5, cachedInput: 3))
    }

    @Test(arguments: [
        ("end_turn", ChatStop.finished), ("stop_sequence", .sequence(nil)), ("max_tokens", .length), ("guardrail_intervened", .filtered),
        ("content_filtered", .filtered), ("model_context_window_exceeded", .length), ("malformed_model_output", .finished), ("new_word", .finished),
    ])
    func `ends for a reason that every client knows`(reason: String, stop: ChatStop) throws {
        #expect(try answer([["text": "x"]], stop: reason).stop == stop)
    }

    @Test func `is none without content or a reason`() {
        #expect(throws: ChatFault.self) { try BedrockWire.answer(from: ["stopReason": "end_turn"], ids: ChatIDs(seed: "s")) }
        #expect(throws: ChatFault.self) { try BedrockWire.answer(from: ["output": ["message": ["content": []]]], ids: ChatIDs(seed: "s")) }
    }

    @Test(
        arguments: [
            (429, "ThrottlingException:http://internal.amazon.com/coral/", 429), (424, "ModelErrorException", 502),
            (408, "ModelTimeoutException", 504),
            (429, "ModelNotReadyException", 503), (400, "ServiceQuotaExceededException", 429), (400, "ValidationException", 400),
            (403, "AccessDeniedException", 403), (400, "IncompleteSignatureException", 403), (400, "ExpiredTokenException#x", 403), (424, nil, 502),
            (404, nil, 404), (503, "ServiceUnavailableException", 503),
        ] as [(Int, String?, Int)])
    func `has errors whose status says whose fault they are`(status: Int, type: String?, meaning: Int) {
        #expect(BedrockFault.status(status, type: type) == meaning)
    }
}
