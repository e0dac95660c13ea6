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

    /// Chat chunks with one choice each, as a kept stream.
    private func joined(_ choices: [String]) throws -> JSONValue? {
        let events = choices.map { #"{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,\#($0)}]}"# } + ["[DONE]"]
        let stream = Array(events.map { "data: \($0)\n\n" }.joined().utf8)
        return try OpenAIReplay.json(fromStream: [BodyChunk(stream)], operation: .chatCompletions).map { try JSONValue(parsing: $0) }
    }

    @Test func `say what is said about a choice once, however often a stream repeats it`() throws {
        let answer = try joined([
            #""delta":{"role":"assistant","content":"He"},"finish_reason":"stop","stop_reason":"<end>""#,
            #""delta":{"role":"assistant","content":"llo"},"finish_reason":"stop","stop_reason":"<end>""#,
        ])

        #expect(answer?["choices"]?[0]?["finish_reason"]?.string == "stop")
        #expect(answer?["choices"]?[0]?["stop_reason"]?.string == "<end>")
        #expect(answer?["choices"]?[0]?["message"] == ["role": "assistant", "content": "Hello"])
    }

    @Test func `hold Azure's last word on each filter`() throws {
        let azure = Recording.named("azure-chat-sse-01").answer
        let whole = try #require(OpenAIReplay.json(fromStream: [BodyChunk(azure)], operation: .chatCompletions))

        let filters = try JSONValue(parsing: whole)["choices"]?[0]?["content_filter_results"]
        #expect(filters?["hate"] == ["filtered": false, "severity": "safe"])
        #expect(filters?.object?.count == 6)
    }

    @Test func `keep what was said of a filter when the last chunk says nothing more`() throws {
        let answer = try joined([
            #""delta":{"content":"a"},"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}"#,
            #""delta":{"content":"b"},"content_filter_results":{"hate":{"filtered":true,"severity":"high"}}"#,
            #""delta":{},"content_filter_results":{},"finish_reason":"content_filter""#,
        ])

        #expect(answer?["choices"]?[0]?["content_filter_results"] == ["hate": ["filtered": true, "severity": "high"]])
    }

    @Test func `join what is streamed in pieces and repeat nothing that is not`() throws {
        let answer = try joined([
            #""delta":{"reasoning":"I ","audio":{"id":"au","transcript":"Wa","data":"QU"},"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{"}}]}"#,
            #""delta":{"reasoning":"am","audio":{"id":"au","transcript":"ter","data":"FB"},"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"}"}}]}"#,
            #""delta":{"audio":{"expires_at":7}},"finish_reason":"tool_calls","logprobs":{"content":[{"token":"a"}]}"#,
            #""delta":{},"finish_reason":null,"logprobs":{"content":[{"token":"b"}]}"#,
        ])

        let message = answer?["choices"]?[0]?["message"]
        #expect(message?["reasoning"]?.string == "I am")
        #expect(message?["audio"] == ["id": "au", "transcript": "Water", "data": "QUFB", "expires_at": 7])
        #expect(message?["tool_calls"]?[0]?["function"] == ["name": "f", "arguments": "{}"])
        #expect(answer?["choices"]?[0]?["logprobs"]?["content"] == [["token": "a"], ["token": "b"]])
        #expect(answer?["choices"]?[0]?["finish_reason"]?.string == "tool_calls")
    }

    @Test func `join chunks that differ in their content only like all others`() throws {
        let pieces = ["Wa", "", "ter", "\\u00fc", "\\n", "\\\""]
        func answer(_ more: String, _ delta: String = "") throws -> JSONValue? {
            let first = #""delta":{"role":"assistant","content":""}"#
            let last = #""delta":{},"finish_reason":"stop""#
            return try joined([first] + pieces.map { #""delta":{"content":"\#($0)"\#(delta)}\#(more)"# } + [last])
        }
        let plain = try answer("")?["choices"]?[0]
        let withReasoning = try answer("", #","reasoning":"a""#)?["choices"]?[0]
        let withProbabilities = try answer(#","logprobs":{"content":[{"token":"t"}]}"#)?["choices"]?[0]

        #expect(plain?["message"]?["content"]?.string == "Waterü\n\"")
        #expect(plain?["finish_reason"]?.string == "stop")
        #expect(withReasoning?["message"]?["reasoning"]?.string == "aaaaaa")
        #expect(withReasoning?["message"]?["content"]?.string == "Waterü\n\"")
        #expect(withProbabilities?["logprobs"]?["content"]?.array?.count == 6)
        #expect(try joined([#""delta":{"content":"a"}"#, #""delta":{"content":"\ud800"}"#, #""delta":{},"finish_reason":"stop""#]) == nil)
    }

    @Test func `keep a text of a delta that nobody knows, unless it changes`() throws {
        let once = try joined([#""delta":{"content":"a","mood":"calm"}"#, #""delta":{"mood":"calm"},"finish_reason":"stop""#])
        let changing = try joined([#""delta":{"mood":"ca"}"#, #""delta":{"mood":"lm"},"finish_reason":"stop""#])
        let mixed = try joined([#""delta":{"content":"a"}"#, #""delta":{"content":["b"]},"finish_reason":"stop""#])

        #expect(once?["choices"]?[0]?["message"]?["mood"]?.string == "calm")
        #expect(changing == nil && mixed == nil)
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
