import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Text in events that are passed on")
struct TextMeterTests {
    private func bytes(_ operation: Operation, _ stream: String, cuts: Int? = nil) -> Int {
        var events = OpenAIStream(operation: operation, eventBytesMax: 1 << 20)
        for piece in Array(stream.utf8).split(into: cuts ?? stream.utf8.count) { _ = events.received(piece) }
        return events.textBytes
    }

    private func chunk(_ delta: String, padding: String = "") -> String {
        #"data: {"id":"c","choices":[{"index":0,"delta":\#(delta),"finish_reason":null}],"obfuscation":"\#(padding)"}"# + "\n\n"
    }

    @Test func `is counted whatever stands around it`() {
        let stream =
            chunk(#"{"role":"assistant","content":""}"#) + chunk(#"{"content":"Hello"}"#, padding: "abc") + chunk(#"{"content":" wörld"}"#)
            + chunk(#"{"content": "!"}"#, padding: "abcdefgh") + chunk(#"{"content":null}"#)

        #expect(bytes(.chatCompletions, stream) == 5 + 7 + 1)
        #expect(bytes(.chatCompletions, stream, cuts: 7) == 13)
    }

    @Test func `is counted without its escapes`() {
        #expect(bytes(.chatCompletions, chunk(#"{"content":"\"\n\\\u00e9\u4e2d"}"#)) == 3 + 2 + 3)
    }

    @Test func `is also what the model thinks and what it calls with`() {
        let call = #"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"n\":1}"}}]}"#

        #expect(bytes(.chatCompletions, chunk(#"{"reasoning_content":"Hmm"}"#) + chunk(#"{"reasoning":"Oh"}"#)) == 5)
        #expect(bytes(.chatCompletions, chunk(call)) == 7)
        #expect(bytes(.chatCompletions, chunk(#"{"content":"Hi","refusal":"No"}"#)) == 4)
    }

    @Test func `is found again where events change their shape`() {
        let one = chunk(#"{"content":"abc"}"#)
        let other = chunk(#"{"logprobs":null,"content":"defg"}"#)

        #expect(bytes(.chatCompletions, one + one + other + other + one) == 3 + 3 + 4 + 4 + 3)
    }

    @Test func `counts once in responses, which repeat it when it is done`() {
        let stream =
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"Hello\"}\n\n"
            + "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"text\":\"Hello\"}\n\n"

        #expect(bytes(.responses, stream) == 5)
    }

    @Test func `is counted in Anthropic's blocks and Gemini's parts`() {
        var anthropic = AnthropicStream(eventBytesMax: 1 << 20)
        for delta in [
            #"{"type":"text_delta","text":"Hello"}"#, #"{"type":"thinking_delta","thinking":"Hm"}"#,
            #"{"type":"input_json_delta","partial_json":"{}"}"#, #"{"type":"signature_delta","signature":"AAAA"}"#,
        ] {
            let data = #"{"type":"content_block_delta","index":0,"delta":\#(delta)}"#
            _ = anthropic.received(Array("event: content_block_delta\ndata: \(data)\n\n".utf8))
        }
        var gemini = GeminiStream(operation: .generateContent, eventBytesMax: 1 << 20)
        _ = gemini.received(Array("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]}}]}\r\n\r\n".utf8))
        let last = #"{"candidates":[{"content":{"parts":[{"text":" you"}]},"finishReason":"STOP"}]}"#
        _ = gemini.received(Array("data: \(last)\r\n\r\n".utf8))

        #expect(anthropic.textBytes == 9)
        #expect(gemini.textBytes == 6)
    }

    @Test func `of a recorded stream is what its answer says`() throws {
        for recording in Recording.all where recording.id.hasPrefix("openai-chat-sse") && recording.id != "openai-chat-sse-03" {
            let whole = try #require(OpenAIReplay.json(fromStream: [BodyChunk(recording.answer)], operation: .chatCompletions))
            let message = try JSONValue(parsing: whole)["choices"]?[0]?["message"]
            let calls = (message?["tool_calls"]?.array ?? []).compactMap { $0["function"]?["arguments"]?.string?.utf8.count }
            let said = (message?["content"]?.string?.utf8.count ?? 0) + calls.reduce(0, +)

            #expect(bytes(.chatCompletions, String(decoding: recording.answer, as: UTF8.self)) == said, "\(recording.id)")
        }
    }
}

extension [UInt8] {
    /// Pieces of so many bytes.
    fileprivate func split(into count: Int) -> [[UInt8]] {
        stride(from: 0, to: self.count, by: Swift.max(1, count)).map { Array(self[$0..<Swift.min(self.count, $0 + Swift.max(1, count))]) }
    }
}
