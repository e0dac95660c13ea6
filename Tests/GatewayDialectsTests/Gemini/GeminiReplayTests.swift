import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Stored Gemini answers replayed in the other form")
struct GeminiReplayTests {
    private func whole(_ data: String...) -> JSONValue? {
        let bytes = data.flatMap { Array("data: \($0)\r\n\r\n".utf8) }
        return GeminiReplay.json(fromStream: [BodyChunk(bytes)], operation: .generateContent).flatMap { try? JSONValue(parsing: $0) }
    }

    /// Members without their order, inside and out.
    private func unordered(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.sorted { $0.name < $1.name }.reduce(into: JSONObject()) { $0[$1.name] = unordered($1.value) })
        case .array(let elements): .array(elements.map(unordered))
        default: value
        }
    }

    @Test(arguments: GeminiSupport.wholeAnswers)
    func `lose nothing from whole answer to stream and back`(_ recording: Recording) throws {
        let chunks = try #require(GeminiReplay.stream(fromJSON: recording.answer, operation: .generateContent))
        let back = try #require(GeminiReplay.json(fromStream: chunks, operation: .generateContent))

        #expect(unordered(try JSONValue(parsing: back)) == unordered(try JSONValue(parsing: recording.answer)))
        var stream = GeminiStream(operation: .generateContent, eventBytesMax: 1 << 20)
        #expect(stream.received(chunks.flatMap(\.bytes)).fault == nil)
        #expect(stream.closed().fault == nil)
        #expect(GeminiAnswer.judge(recording.answer, .generateContent) == .answer(stream.usage))
    }

    @Test(arguments: GeminiSupport.streams)
    func `hold the parts, the reason and the counts of a stream`(_ recording: Recording) throws {
        let answer = try #require(whole(of: recording))
        let events = GeminiSupport.events(recording.answer).compactMap { try? JSONValue(parsing: Array($0.data)) }
        let parts = events.flatMap { $0["candidates"]?[0]?["content"]?["parts"]?.array ?? [] }
        func text(_ parts: [JSONValue], thought: Bool) -> String {
            parts.filter { ($0["thought"]?.bool ?? false) == thought }.compactMap { $0["text"]?.string }.joined()
        }

        let merged = try #require(answer["candidates"]?[0]?["content"]?["parts"]?.array)
        #expect(text(merged, thought: false) == text(parts, thought: false))
        #expect(text(merged, thought: true) == text(parts, thought: true))
        #expect(merged.filter { $0["functionCall"] != nil } == parts.filter { $0["functionCall"] != nil })
        #expect(merged.compactMap { $0["thoughtSignature"] } == parts.compactMap { $0["thoughtSignature"] })
        #expect(answer["usageMetadata"] == events.last?["usageMetadata"])
        #expect(answer["responseId"] == events.last?["responseId"])
        #expect(answer["candidates"]?[0]?["finishReason"] == "STOP")
        #expect(answer["candidates"]?[0]?["content"]?["role"] == "model")
    }

    private func whole(of recording: Recording) -> JSONValue? {
        GeminiReplay.json(fromStream: [BodyChunk(recording.answer)], operation: .generateContent).flatMap { try? JSONValue(parsing: $0) }
    }

    @Test func `join plain text and thoughts, and leave everything else apart`() {
        let answer = whole(
            #"{"candidates":[{"content":{"parts":[{"text":"T","thought":true},{"text":"t","thought":true},{"text":"A"}],"role":"model"},"index":0}],"x":1}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"b"},{"text":"","thoughtSignature":"s"},{"text":"C"},{"functionCall":{"name":"f"}},{"text":""}]},"index":0}]}"#,
            #"{"candidates":[{"content":{"parts":[{"text":"D"}],"role":"model"},"finishReason":"STOP","safetyRatings":[],"index":0}],"usageMetadata":{"a":1}}"#
        )

        #expect(
            answer
                == GeminiSupport.json(
                    #"{"candidates":[{"content":{"role":"model","parts":[{"thought":true,"text":"Tt"},{"text":"Ab"},{"text":"","thoughtSignature":"s"},"#
                        + #"{"text":"C"},{"functionCall":{"name":"f"}},{"text":"D"}]},"index":0,"finishReason":"STOP","safetyRatings":[]}],"x":1,"usageMetadata":{"a":1}}"#
                ))
    }

    @Test func `keep candidates apart`() {
        let answer = whole(
            #"{"candidates":[{"content":{"parts":[{"text":"b"}]},"index":1},{"content":{"parts":[{"text":"a"}]},"index":0}]}"#,
            #"{"candidates":[{"finishReason":"STOP","index":0},{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS","index":1}]}"#)

        #expect(answer?["candidates"]?.array?.map { $0["content"]?["parts"]?[0]?["text"]?.string } == ["a", "bb"])
        #expect(answer?["candidates"]?.array?.map { $0["finishReason"]?.string } == ["STOP", "MAX_TOKENS"])
    }

    @Test func `hold a prompt that was held back`() {
        let blocked = #"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1}}"#

        #expect(whole(blocked) == GeminiSupport.json(blocked))
        #expect(GeminiReplay.stream(fromJSON: Array(blocked.utf8), operation: .generateContent)?.count == 1)
    }

    @Test(arguments: [
        [#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#], [#"{"candidates":[{"finishReason":"STOP"}]}"#, #"{"error":{"code":500}}"#],
        ["{"], ["[]"], [],
        [#"{"candidates":[{"citationMetadata":{"a":1}}]}"#, #"{"candidates":[{"citationMetadata":{"a":2},"finishReason":"STOP"}]}"#],
        [#"{"candidates":[{"avgLogprobs":1}]}"#, #"{"candidates":[{"avgLogprobs":2,"finishReason":"STOP"}]}"#],
        [#"{"candidates":[{"finishReason":"STOP"}],"novelty":1}"#, #"{"candidates":[],"novelty":2}"#],
        [#"{"candidates":[{"finishReason":"STOP"},1]}"#],
    ])
    func `are not made of a stream that is cut, failed, or would not say the same`(_ data: [String]) {
        let bytes = data.flatMap { Array("data: \($0)\r\n\r\n".utf8) }

        #expect(GeminiReplay.json(fromStream: [BodyChunk(bytes)], operation: .generateContent) == nil)
    }

    @Test(arguments: ["{}", "[]", "{", #"{"error":{"code":500}}"#, #"{"candidates":[{"content":{}}]}"#, #"{"candidates":[]}"#])
    func `are not made of an answer that is none`(_ text: String) {
        #expect(GeminiReplay.stream(fromJSON: Array(text.utf8), operation: .generateContent) == nil)
    }

    @Test func `are conversations only`() {
        #expect(GeminiReplay.stream(fromJSON: Recording.named("gemini-batchembedcontents-json-01").answer, operation: .batchEmbedContents) == nil)
        #expect(GeminiReplay.json(fromStream: [BodyChunk(GeminiSupport.streams[0].answer)], operation: .countTokens) == nil)
    }
}
