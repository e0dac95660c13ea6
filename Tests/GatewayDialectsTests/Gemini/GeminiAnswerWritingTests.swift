import GatewayCore
import GatewayDialects
import JSONBytes
import Testing

@Suite("Whole answers for a Gemini client")
struct GeminiAnswerWritingTests {
    private func body(_ parts: [ChatPart], stop: ChatStop = .finished, shows: Bool = true) -> JSONValue {
        let facts = ChatAnswerFacts(seed: "seed12345", created: 1, model: "fast", showsThoughts: shows)
        return GeminiWire.body(of: ChatAnswer(id: "msg_1", model: "m-1", parts: parts, stop: stop), to: facts)
    }

    private func parts(_ parts: [ChatPart], shows: Bool = true) -> JSONValue? { body(parts, shows: shows)["candidates"]?[0]?["content"]?["parts"] }

    @Test func `have Google's shape`() {
        let answer = ChatAnswer(
            id: "msg_1", model: "m-1",
            parts: [.text("A"), .refusal("No."), .call(ChatCall(id: "toolu_1", name: "f", arguments: #"{"x":1.0}"#))], stop: .calls,
            usage: Usage(input: 10, output: 7, cachedInput: 4, cacheWrite: 2, reasoning: 3))

        #expect(
            GeminiWire.body(of: answer, to: GeminiSupport.facts)
                == GeminiSupport.json(
                    #"{"candidates":[{"content":{"parts":[{"text":"A"},{"text":"No."},"#
                        + #"{"functionCall":{"id":"toolu_1","name":"f","args":{"x":1.0}},"thoughtSignature":"d2VpcjEubm9uZS4u"}],"role":"model"},"#
                        + #""finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":17,"#
                        + #""cachedContentTokenCount":4,"thoughtsTokenCount":3},"modelVersion":"m-1","responseId":"seed12345"}"#))
    }

    @Test(arguments: [
        (ChatStop.finished, "STOP"), (.sequence("x"), "STOP"), (.calls, "STOP"), (.length, "MAX_TOKENS"), (.filtered, "SAFETY"),
    ])
    func `say why they end`(_ stop: ChatStop, _ reason: String) {
        #expect(body([.text("a")], stop: stop)["candidates"]?[0]?["finishReason"]?.string == reason)
    }

    @Test func `without anything in them have no parts`() {
        #expect(body([], stop: .filtered)["candidates"]?[0]?["content"] == ["role": "model"])
    }

    @Test func `keep the seals of others in an envelope, in the place of Gemini's own`() {
        let signed = ChatSeal(.signature, "c2ln")
        let redacted = ChatSeal(.redacted, "cmVk")
        let said: [ChatPart] = [
            .thinking(ChatThinking(text: "hm", seal: signed)), .thinking(ChatThinking(text: "", seal: redacted)),
            .thinking(ChatThinking(text: "open")), .text("A"), .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "dGg="))),
        ]

        #expect(
            parts(said) == [
                ["text": "hm", "thought": true, "thoughtSignature": .string(signed.envelope)],
                ["text": "", "thought": true, "thoughtSignature": .string(redacted.envelope)], ["text": "open", "thought": true],
                ["text": "A", "thoughtSignature": "dGg="],
            ])
    }

    @Test func `hide thoughts but not their seals`() {
        let signed = ChatSeal(.signature, "c2ln")

        #expect(
            parts([.thinking(ChatThinking(text: "hm", seal: signed)), .thinking(ChatThinking(text: "open")), .text("A")], shows: false) == [
                ["text": "", "thought": true, "thoughtSignature": .string(signed.envelope)], ["text": "A"],
            ])
    }

    @Test func `never hold a call whose arguments cannot be read`() {
        let call = ChatPart.call(ChatCall(id: "c", name: "f", arguments: #"{"cut"#))
        let cut = body([.text("a"), call], stop: .length)["candidates"]?[0]
        let broken = body([.text("a"), call], stop: .calls)["candidates"]?[0]

        #expect(cut?["content"]?["parts"] == [["text": "a"]])
        #expect(cut?["finishReason"]?.string == "MAX_TOKENS")
        #expect(broken?["content"]?["parts"] == [["text": "a"]])
        #expect(broken?["finishReason"]?.string == "MALFORMED_FUNCTION_CALL")
    }

    @Test func `name the model as the client did where the provider's name is not known`() {
        #expect(GeminiWire.body(of: ChatAnswer(stop: .finished), to: GeminiSupport.facts)["modelVersion"]?.string == "fast")
    }

    @Test(arguments: GeminiSupport.wholeAnswers)
    func `say what a recorded answer said`(_ recording: Recording) throws {
        let answer = try GeminiWire.answer(from: try JSONValue(parsing: recording.answer), ids: GeminiSupport.ids)

        let again = try GeminiWire.answer(from: GeminiWire.body(of: answer, to: GeminiSupport.facts), ids: GeminiSupport.ids)

        #expect(again.parts == answer.parts)
        #expect(again.stop == answer.stop)
        #expect(again.usage == answer.usage)
    }
}
