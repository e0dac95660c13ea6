import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A translated request to a server that is not quite like OpenAI")
struct OpenAIChatQuirksTests {
    private func written(
        _ request: ChatRequest, policy: ChatLosses.Policy = .refuse, _ change: (inout ChatQuirks) -> Void
    ) throws -> (body: JSONValue, dropped: [String]) {
        var quirks = ChatQuirks()
        change(&quirks)
        return try ChatCompletions.written(request, for: ChatTargetFacts(model: "m", quirks: quirks), policy: policy)
    }

    @Test func `names settings as the server does`() throws {
        var request = ChatCompletions.sample(.gemini)
        request.sampling.outputTokensMax = JSONNumber(7)
        request.sampling.seed = JSONNumber(3)
        request.sampling.topK = JSONNumber(40)
        request.tools = [ChatTool(name: "f")]
        request.toolChoice = .any
        request.isStreaming = true

        let body = try written(request) {
            ($0.outputCap, $0.seed, $0.mustCall, $0.takesTopK, $0.takesStreamOptions) = ("max_tokens", "random_seed", "any", true, false)
        }.body

        #expect(body["max_tokens"] == 7)
        #expect(body["random_seed"] == 3)
        #expect(body["top_k"] == 40)
        #expect(body["tool_choice"] == "any")
        #expect(body["stream"] == true)
        #expect(body["stream_options"] == nil)
    }

    @Test func `refuses what the server refuses, by the client's name for it, or drops it where the route says so`() throws {
        var request = ChatCompletions.sample(.gemini)
        request.sampling.seed = JSONNumber(3)
        request.user = "u"

        #expect(throws: GatewayError.self) { try written(request) { $0.refuses = ["seed"] } }
        let (body, dropped) = try written(request, policy: .drop) { $0.refuses = ["seed", "user"] }
        #expect(body["seed"] == nil && body["user"] == nil)
        #expect(dropped == ["generationConfig.seed", "labels"])
    }

    @Test func `asks for JSON where the server knows no schemas, if the route allows it`() throws {
        var request = ChatCompletions.sample()
        request.output = .schema(ChatSchema(schema: ["type": "object"]))

        #expect(throws: GatewayError.self) { try written(request) { $0.refuses = ["json_schema"] } }
        #expect(try written(request, policy: .drop) { $0.refuses = ["json_schema"] }.body["response_format"] == ["type": "json_object"])
    }

    @Test func `offers only the tools that are allowed where that cannot be said`() throws {
        var request = ChatCompletions.sample()
        request.tools = [ChatTool(name: "a"), ChatTool(name: "b")]
        request.toolChoice = .allowed(["b"], isRequired: true)

        let body = try written(request) { $0.refuses = ["allowed_tools"] }.body

        #expect(body["tools"]?.array?.compactMap { $0["function"]?["name"]?.string } == ["b"])
        #expect(body["tool_choice"] == "required")
    }

    @Test func `brings thoughts back where the server wants them, and names them lost elsewhere`() throws {
        let call = ChatCall(id: "call_1", name: "f", arguments: "{}")
        let turns = [
            ChatTurn(.user, [.text("Hi")]), ChatTurn(.assistant, [.thinking(ChatThinking(text: "Hm")), .call(call)], place: "messages[1]"),
            ChatTurn(.tool, [.result(ChatResult(id: "call_1", parts: [.text("1")]))]),
        ]

        let kept = try written(ChatCompletions.sample(.anthropic, turns)) { $0.thoughts = "reasoning_content" }
        let lost = try written(ChatCompletions.sample(.anthropic, turns)) { _ in }
        let short = try written(ChatCompletions.sample(.anthropic, turns)) { $0.callIDLength = 9 }

        #expect(kept.body["messages"]?[1]?["reasoning_content"] == "Hm")
        #expect(kept.dropped.isEmpty)
        #expect(lost.body["messages"]?[1]?["reasoning_content"] == nil)
        #expect(lost.dropped == ["messages[1].thinking"])
        #expect(short.body["messages"]?[1]?["tool_calls"]?[0]?["id"] == short.body["messages"]?[2]?["tool_call_id"])
        #expect(short.body["messages"]?[2]?["tool_call_id"]?.string?.utf8.count == 9)
    }

    @Test func `carries what both of OpenAI's formats have to OpenAI, and names it elsewhere`() throws {
        let request = try Responses.request(
            #"{"model":"m","input":"Hi","metadata":{"a":"b"},"prompt_cache_key":"k","service_tier":"flex","text":{"verbosity":"low"}}"#)

        let own = try ChatCompletions.written(request, for: ChatTargetFacts(model: "m", quirks: .openAI))
        #expect(own.body["metadata"] == ["a": "b"])
        #expect(own.body["prompt_cache_key"] == "k")
        #expect(own.body["service_tier"] == "flex")
        #expect(own.body["verbosity"] == "low")
        #expect(own.dropped.isEmpty)
        let other = try ChatCompletions.written(request, policy: .drop)
        #expect(Set(other.dropped) == ["text.verbosity", "metadata", "prompt_cache_key", "service_tier"])
        let chat = try ChatCompletions.request(with: #""metadata":{"a":"b"},"store":true,"verbosity":"low""#)
        let back = try Responses.written(chat, policy: .refuse, target: ChatTargetFacts(model: "m", quirks: .openAI)).body
        #expect(back["metadata"] == ["a": "b"])
        #expect(back["store"] == true)
        #expect(back["text"] == ["verbosity": "low"])
    }

    @Test func `is strict for tools of responses that say nothing, where their schema allows it`() throws {
        let closed = #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#
        let request = try Responses.request(
            #"{"model":"m","input":"Hi","tools":[{"type":"function","name":"f","parameters":\#(closed)},"#
                + #"{"type":"function","name":"g","parameters":{"type":"object","properties":{"a":{}}}}]}"#)

        let tools = try ChatCompletions.written(request, for: ChatTargetFacts(model: "m", quirks: .openAI)).body["tools"]

        #expect(tools?[0]?["function"]?["strict"] == true)
        #expect(tools?[1]?["function"]?["strict"] == nil)
    }

    @Test func `reads tokens where Groq counts them, and errors as Mistral spells them`() throws {
        let stream =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"
            + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
            + "\"x_groq\":{\"id\":\"r\",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}}\n\ndata: [DONE]\n\n"
        var passed = OpenAIStream(operation: .chatCompletions, eventBytesMax: 1 << 20)
        _ = passed.received(Array(stream.utf8))
        let fault =
            #"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]},"#
            + #""type":"invalid_request_error","param":null,"code":null}"#

        #expect(passed.usage == Usage(input: 7, output: 2))
        #expect(try ChatCompletions.events(Array(stream.utf8)).contains(.usage(Usage(input: 7, output: 2))))
        #expect(OpenAIForeignError(Array(fault.utf8))?.message == "seed: Extra inputs are not permitted")
        #expect(OpenAIForeignError(Array(#"{"detail":[{"loc":["body","x"],"msg":"no"}]}"#.utf8))?.message == "x: no")
    }
}
