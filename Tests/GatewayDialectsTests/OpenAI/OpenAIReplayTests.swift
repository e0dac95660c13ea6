import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Stored answers replayed in the other form")
struct OpenAIReplayTests {
    static let whole = Recording.wholeAnswers.filter { $0.operation == .chatCompletions || $0.operation == .completions }

    /// Members of an answer without their order.
    private func unordered(_ value: JSONValue) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: (value.object.map { Array($0) } ?? []).map { ($0.name, $0.value) })
    }

    @Test(arguments: whole)
    func `lose nothing from whole answer to stream and back`(_ recording: Recording) throws {
        let chunks = try #require(OpenAIReplay.stream(fromJSON: recording.answer, operation: recording.operation))
        let back = try #require(OpenAIReplay.json(fromStream: chunks, operation: recording.operation))

        let before = unordered(try JSONValue(parsing: recording.answer))
        let after = unordered(try JSONValue(parsing: back))
        #expect(Set(before.keys) == Set(after.keys))
        for (name, value) in before where name != "choices" { #expect(after[name] == value) }
        let choices = zip(before["choices"]?.array ?? [], after["choices"]?.array ?? [])
        #expect(before["choices"]?.array?.count == after["choices"]?.array?.count)
        for (old, new) in choices {
            #expect(unordered(old).filter { $0.key != "message" } == unordered(new).filter { $0.key != "message" })
            if let message = old["message"] { #expect(unordered(message) == unordered(new["message"] ?? .null)) }
        }
    }

    @Test(arguments: whole)
    func `are streams that the gateway itself takes for complete`(_ recording: Recording) throws {
        let chunks = try #require(OpenAIReplay.stream(fromJSON: recording.answer, operation: recording.operation))

        let run = StreamRun(chunks.flatMap(\.bytes), every: 50, operation: recording.operation)

        #expect(run.fault == nil)
        #expect(run.stream.hasContent)
        #expect(chunks.map(\.isUsageOnly) == [false, true, false])
        #expect(OpenAIAnswer.judge(recording.answer, recording.operation) == .answer(run.stream.usage))
    }

    @Test(arguments: Recording.streams.filter { $0.operation != .responses })
    func `hold the text, the calls and the reason of a stream`(_ recording: Recording) throws {
        let whole = try #require(OpenAIReplay.json(fromStream: [BodyChunk(recording.answer)], operation: recording.operation))
        let answer = try JSONValue(parsing: whole)

        let deltas = String(decoding: recording.answer, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: {") }
            .compactMap { try? JSONValue(parsing: Array($0.dropFirst(6).utf8)) }.flatMap { $0["choices"]?.array ?? [] }
        for choice in answer["choices"]?.array ?? [] {
            let mine = deltas.filter { $0["index"] == choice["index"] }
            let text = mine.compactMap { ($0["delta"]?["content"] ?? $0["text"])?.string }.joined()
            #expect((choice["message"]?["content"] ?? choice["text"])?.string ?? "" == text)
            let arguments = mine.flatMap { $0["delta"]?["tool_calls"]?.array ?? [] }.compactMap { $0["function"]?["arguments"]?.string }.joined()
            let called = choice["message"]?["tool_calls"]?.array ?? []
            #expect(called.compactMap { $0["function"]?["arguments"]?.string }.joined() == arguments)
            #expect(called.allSatisfy { $0["index"] == nil && $0["id"] != nil })
            #expect(choice["finish_reason"] == mine.compactMap { $0["finish_reason"] }.last { !$0.isNull })
        }
        #expect(
            OpenAIAnswer.judge(whole, recording.operation)
                == .answer(StreamRun(recording.answer, every: 999, operation: recording.operation).stream.usage))
        #expect(answer["obfuscation"] == nil)
    }

    @Test(arguments: Recording.streams.filter { $0.operation == .responses })
    func `are the answer that the last event of a responses stream repeats`(_ recording: Recording) throws {
        let whole = try #require(OpenAIReplay.json(fromStream: [BodyChunk(recording.answer)], operation: .responses))

        let answer = try JSONValue(parsing: whole)
        #expect(answer["object"]?.string == "response")
        #expect(answer["usage"]?["input_tokens"]?.int == recording.statedUsage?.input)
    }

    @Test func `join interleaved choices and parallel calls by their index`() throws {
        let events = [
            #"{"id":"","choices":[]}"#,
            #"{"id":"x","created":5,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":""}}]}"#,
            #"{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}}]}"#,
            #"{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]}}]}"#,
            #"{"id":"x","choices":[{"index":1,"delta":{"content":"Hi"}}]}"#,
            #"{"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"}"}}]}}]}"#,
            #"{"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"},{"index":1,"delta":{},"finish_reason":"stop"}]}"#,
        ]
        let stream = events.map { "data: \($0)\n\n" }.joined() + "data: [DONE]\n\n"

        let whole = try #require(OpenAIReplay.json(fromStream: [BodyChunk(Array(stream.utf8))], operation: .chatCompletions))
        let answer = try JSONValue(parsing: whole)

        #expect(answer["id"]?.string == "x")
        #expect(answer["object"]?.string == "chat.completion")
        let calls = answer["choices"]?[0]?["message"]?["tool_calls"]?.array ?? []
        #expect(calls.first { $0["id"]?.string == "a" }?["function"]?["arguments"]?.string == "{}")
        #expect(calls.count == 2)
        #expect(answer["choices"]?[1]?["message"]?["content"]?.string == "Hi")
    }

    @Test(arguments: [
        "", "data: [DONE]\n\n", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n", "data: {\"error\":{}}\n\ndata: [DONE]\n\n",
        "data: {\n\ndata: [DONE]\n\n",
    ])
    func `are not made of a stream that is not whole`(_ stream: String) {
        #expect(OpenAIReplay.json(fromStream: [BodyChunk(Array(stream.utf8))], operation: .chatCompletions) == nil)
    }

    @Test func `have no streamed form where there is none`() {
        #expect(OpenAIReplay.stream(fromJSON: Recording.named("openai-embeddings-json-01").answer, operation: .embeddings) == nil)
        #expect(OpenAIReplay.stream(fromJSON: Array("{}".utf8), operation: .chatCompletions) == nil)
    }
}
