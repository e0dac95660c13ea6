import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

/// What recorded requests and answers say, written down by hand from the recordings.
@Suite("Recorded chat completions of OpenAI and Azure")
struct OpenAIChatRecordingTests {
    static let recordings = Recording.all.filter { $0.operation == .chatCompletions }
    static let streams = recordings.filter(\.isStream)

    private func request(_ id: String) throws -> ChatRequest {
        try ChatCompletions.request(JSONValue(parsing: Recording.named(id).request))
    }

    private func answer(_ id: String) throws -> ChatAnswer {
        try OpenAIChatWire.answer(from: JSONValue(parsing: Recording.named(id).answer), ids: ChatCompletions.ids)
    }

    @Test func `are all there`() {
        #expect(Self.recordings.count == 21)
        #expect(Self.streams.count == 8)
    }

    @Test func `ask for the weather once more`() throws {
        let request = try request("openai-chat-json-01")

        #expect(request.model == "gpt-4.1-nano")
        #expect(!request.isStreaming)
        #expect(request.system == ["Be crisp and friendly."])
        #expect(
            request.turns == [
                ChatTurn(.user, [.text("Hey, what's the weather in San Francisco?")]),
                ChatTurn(.assistant, [.call(ChatCall(id: "tool_123", name: "get_weather", arguments: #"{"location": "San Francisco"}"#))]),
                ChatTurn(.tool, [.result(ChatResult(id: "tool_123", parts: [.text("Sunny as always!")]))]),
                ChatTurn(.user, [.text("What's the weather in London?")]),
            ])
        #expect(request.sampling.temperature?.spelling == "0.0")
        #expect(request.tools.map(\.name) == ["get_weather"])
        #expect(request.tools[0].description == "")
        #expect(request.tools[0].parameters?["required"] == ["location"])
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: ["openai-chat-json-02", "azure-chat-json-01", "azure-chat-err-01"])
    func `ask for little thought`(_ id: String) throws {
        let request = try request(id)

        #expect(request.model == "gpt-5-nano")
        #expect(request.reasoning == ChatReasoning(effort: .low))
        #expect(request.turns == [ChatTurn(.user, [.text("Count r's in strawberry")])])
    }

    @Test(arguments: ["openai-chat-json-03", "openai-chat-err-01"])
    func `show a picture by its address`(_ id: String) throws {
        #expect(
            try request(id).turns == [
                ChatTurn(
                    .user,
                    [
                        .text("What is in this image?"),
                        .image(ChatMedia(.url("https://source.unsplash.com/8xznAGy4HcY/800x400", type: nil))),
                    ])
            ])
    }

    @Test func `show a picture by its bytes`() throws {
        let parts = try request("openai-chat-err-03").turns[0].parts

        guard parts.count == 2, case .image(let media) = parts[1], case .base64(let type, let data) = media.source else {
            return #expect(Bool(false))
        }
        #expect(type == "image/jpeg")
        #expect(
            Base64.decoded(data).map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("Please set a user-agent and respect our robot policy")
                == true)
    }

    @Test func `want an answer by a schema`() throws {
        let request = try request("openai-chat-json-04")

        guard case .schema(let schema) = request.output else { return #expect(Bool(false)) }
        #expect(schema.name == "StructuredAnswer")
        #expect(schema.isStrict == true)
        #expect(schema.schema["required"] == ["rating", "joke"])
        #expect(schema.schema["additionalProperties"] == false)
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: [("openai-chat-json-05", "functions"), ("openai-chat-json-07", "web_search_options")])
    func `want what no other format has`(_ id: String, _ field: String) throws {
        let request = try request(id)

        #expect(request.extras.map(\.field) == [field])
        let error = #expect(throws: GatewayError.self) { try ChatCompletions.written(request, policy: .drop) }
        guard case .fieldRefused(field, _) = error else { return #expect(Bool(false)) }
    }

    @Test func `let the model hear`() throws {
        let parts = try request("openai-chat-json-06").turns[0].parts

        guard parts.count == 2, case .audio(let media) = parts[1], case .base64(let type, let data) = media.source else {
            return #expect(Bool(false))
        }
        #expect(parts[0] == .text("What is being said?"))
        #expect(type == "audio/mp3")
        #expect(data.utf8.count == 92_160)
    }

    @Test func `leave the choice of tools to the model`() throws {
        let request = try request("openai-chat-json-08")

        #expect(request.toolChoice == .auto)
        #expect(request.tools.map(\.name) == ["get_current_weather"])
        #expect(request.tools[0].parameters?["properties"]?["unit"]?["enum"] == ["celsius", "fahrenheit"])
    }

    @Test func `go on after a call, as a developer said`() throws {
        let request = try request("openai-chat-sse-01")

        #expect(request.isStreaming)
        #expect(request.system == ["A streaming agent with tools"])
        #expect(
            request.turns == [
                ChatTurn(.user, [.text("What is 6 times 7?")]),
                ChatTurn(.assistant, [.call(ChatCall(id: "call_fvsP35x2Oga1cEKZEOPqYNeO", name: "multiply", arguments: #"{"a":6,"b":7}"#))]),
                ChatTurn(.tool, [.result(ChatResult(id: "call_fvsP35x2Oga1cEKZEOPqYNeO", parts: [.text("42")]))]),
            ])
        #expect(request.extras.isEmpty)
    }

    struct Expected: Sendable, CustomTestStringConvertible {
        let id: String
        var model: String
        var parts: [ChatPart]?
        var stop: ChatStop
        var usage: Usage

        var testDescription: String { id }
    }

    static let answers = [
        Expected(
            id: "openai-chat-json-01", model: "gpt-4.1-nano-2025-04-14",
            parts: [.call(ChatCall(id: "call_2qfKWu088l6a3jVZYNUFM0mH", name: "get_weather", arguments: #"{"location":"London"}"#))], stop: .calls,
            usage: Usage(input: 88, output: 15)),
        Expected(
            id: "openai-chat-json-02", model: "gpt-5-nano-2025-08-07", parts: [.text("3")], stop: .finished,
            usage: Usage(input: 11, output: 202, reasoning: 192)),
        Expected(
            id: "azure-chat-json-01", model: "gpt-5-nano-2025-08-07", parts: [.text("3")], stop: .finished,
            usage: Usage(input: 11, output: 203, reasoning: 192)),
        Expected(
            id: "openai-chat-json-03", model: "gpt-4-1106-vision-preview",
            parts: [.text("The image shows a series of undulating forms that resemble sand dunes. It")], stop: .length,
            usage: Usage(input: 438, output: 16)),
        Expected(
            id: "openai-chat-json-04", model: "gpt-4o-2024-08-06", parts: [.refusal("I'm very sorry, but I can't assist with that request.")],
            stop: .finished, usage: Usage(input: 65, output: 13)),
        Expected(
            id: "openai-chat-json-05", model: "gpt-3.5-turbo-0125",
            parts: [
                .call(
                    ChatCall(
                        id: "call_seed1234", name: "Joke",
                        arguments: #"{"setup":"Why couldn't the bicycle stand up by itself?","punchline":"It was two tired!"}"#))
            ], stop: .calls, usage: Usage(input: 76, output: 33)),
        Expected(
            id: "openai-chat-json-06", model: "gpt-audio-mini-2025-12-15", stop: .finished, usage: Usage(input: 59, output: 123, audioInput: 43)),
        Expected(
            id: "openai-chat-json-07", model: "gpt-4o-mini-search-preview-2025-03-11", stop: .finished, usage: Usage(input: 13, output: 197)),
        Expected(
            id: "openai-chat-json-08", model: "gpt-4-0613",
            parts: [
                .call(ChatCall(id: "call_b4lU3wKOqwO7Xb2Ksok2XWyB", name: "get_current_weather", arguments: "{\n  \"location\": \"Boston\"\n}"))
            ], stop: .calls, usage: Usage(input: 82, output: 16)),
    ]

    @Test(arguments: answers)
    func `answer as was recorded`(_ expected: Expected) throws {
        let answer = try answer(expected.id)

        #expect(answer.id?.hasPrefix("chatcmpl-") == true)
        #expect(answer.model == expected.model)
        if let parts = expected.parts { #expect(answer.parts == parts) }
        #expect(answer.stop == expected.stop)
        #expect(answer.usage == expected.usage)
    }

    @Test(arguments: [
        ("openai-chat-json-06", 701, "It sounds like you’re asking for clarification", "s, I can provide them as well."),
        ("openai-chat-json-07", 676, "As of August 19, 2026, the latest stable version", "cycle-799?utm_source=openai)) "),
    ])
    func `answer at length`(_ id: String, _ length: Int, _ start: String, _ end: String) throws {
        let parts = try answer(id).parts

        guard parts.count == 1, case .text(let text) = parts[0] else { return #expect(Bool(false)) }
        #expect(text.unicodeScalars.count == length)
        #expect(text.hasPrefix(start) && text.hasSuffix(end))
    }

    /// Functions and searches of OpenAI's are refused.
    static let translatable = recordings.filter { !["openai-chat-json-05", "openai-chat-json-07"].contains($0.id) }

    @Test(arguments: translatable)
    func `ask for the same when they are read, written and read again`(_ recording: Recording) throws {
        let request = try ChatCompletions.request(JSONValue(parsing: recording.request))

        let (body, dropped) = try ChatCompletions.written(request, for: ChatTargetFacts(model: request.model))

        #expect(dropped.isEmpty)
        #expect(try ChatCompletions.request(body) == request)
        #expect(body["model"] == (try JSONValue(parsing: recording.request))["model"])
    }

    @Test(arguments: recordings.filter { !$0.isStream && $0.status == 200 })
    func `count the same in and out, and add up`(_ recording: Recording) throws {
        let body = try JSONValue(parsing: recording.answer)
        let usage = try #require(OpenAIUsage.read(body["usage"]))

        let written = OpenAIUsage.chat(usage)

        #expect(OpenAIUsage.read(written) == usage)
        #expect(written["total_tokens"] == body["usage"]?["total_tokens"])
        #expect(written["prompt_tokens"] == body["usage"]?["prompt_tokens"])
        #expect(written["completion_tokens"] == body["usage"]?["completion_tokens"])
    }
}
