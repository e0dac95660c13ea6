import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Requests of OpenAI chat completions")
struct OpenAIChatRequestReaderTests {
    @Test func `keep numbers as they are spelled`() throws {
        let sampling = try ChatCompletions.request(
            with: #""temperature":0.70,"top_p":1e0,"top_k":40,"frequency_penalty":-0.5,"presence_penalty":0,"seed":9007199254740993"#
        ).sampling

        #expect(sampling.temperature?.spelling == "0.70")
        #expect(sampling.topP?.spelling == "1e0")
        #expect(sampling.topK?.spelling == "40")
        #expect(sampling.frequencyPenalty?.spelling == "-0.5")
        #expect(sampling.presencePenalty?.spelling == "0")
        #expect(sampling.seed?.spelling == "9007199254740993")
    }

    @Test(arguments: [
        (#""max_tokens":5"#, 5, []), (#""max_completion_tokens":6"#, 6, []), (#""max_completion_tokens":6,"max_tokens":6"#, 6, []),
        (#""max_completion_tokens":6,"max_tokens":7"#, 6, [ChatExtra("max_tokens", .tuning)]),
        (#""max_completion_tokens":null,"max_tokens":7"#, 7, []),
    ])
    func `cap the answer by either name, the newer one first`(_ members: String, _ cap: Int, _ extras: [ChatExtra]) throws {
        let request = try ChatCompletions.request(with: members)

        #expect(request.sampling.outputTokensMax?.int == cap)
        #expect(request.extras == extras)
    }

    @Test(arguments: [(#""END""#, ["END"]), (#"["a","b"]"#, ["a", "b"]), ("null", []), (#""""#, [])] as [(String, [String])])
    func `stop at one text or at several`(_ stop: String, _ expected: [String]) throws {
        #expect(try ChatCompletions.request(with: #""stop":\#(stop)"#).sampling.stop == expected)
    }

    @Test func `put the messages of system and developer that come first before the conversation, and later ones into it`() throws {
        let request = try ChatCompletions.request(
            #"""
            {"model":"m","messages":[{"role":"system","content":"A"},{"role":"developer","content":[{"type":"text","text":"B"},{"type":"text","text":"C"}]},
            {"role":"user","content":"Hi"},{"role":"system","content":"D"},{"role":"assistant","content":"E"}]}
            """#)

        #expect(request.system == ["A", "B", "C"])
        #expect(request.turns == [ChatTurn(.user, [.text("Hi")]), ChatTurn(.system, [.text("D")]), ChatTurn(.assistant, [.text("E")])])
        #expect(request.turns.map(\.place) == ["messages[2]", "messages[3]", "messages[4]"])
    }

    @Test func `gather the results of one round in one turn`() throws {
        let request = try ChatCompletions.request(
            #"""
            {"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1.0}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
            {"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"2"},{"type":"text","text":"3"}]}]}
            """#)

        #expect(
            request.turns == [
                ChatTurn(.user, [.text("Hi")]),
                ChatTurn(
                    .assistant,
                    [.call(ChatCall(id: "a", name: "f", arguments: #"{"x":1.0}"#)), .call(ChatCall(id: "b", name: "g", arguments: "{}"))]),
                ChatTurn(
                    .tool, [.result(ChatResult(id: "a", parts: [.text("1")])), .result(ChatResult(id: "b", parts: [.text("2"), .text("3")]))]),
            ])
        guard case .result(let second)? = request.turns.last?.parts.last else { return #expect(Bool(false)) }
        #expect(second.place == "messages[3]")
    }

    @Test(arguments: ["none", "minimal", "low", "medium", "high", "xhigh", "max"])
    func `have every effort there is`(_ word: String) throws {
        let reasoning = try #require(try ChatCompletions.request(with: #""reasoning_effort":"\#(word)""#).reasoning)

        #expect(reasoning == ChatReasoning(effort: ChatReasoning.Effort(rawValue: word)))
        #expect(reasoning.effort != nil)
    }

    @Test(arguments: [
        (#""user":"u""#, "u", []), (#""safety_identifier":"s""#, "s", []), (#""user":"u","safety_identifier":"s""#, "s", [ChatExtra("user", .hint)]),
    ])
    func `name the end user by either field, the newer one first`(_ members: String, _ user: String, _ extras: [ChatExtra]) throws {
        let request = try ChatCompletions.request(with: members)

        #expect(request.user == user)
        #expect(request.extras == extras)
    }

    @Test(arguments: [
        (#"{"type":"text"}"#, ChatOutput.text), (#"{"type":"json_object"}"#, .json), ("null", .text),
        (
            #"{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}}"#,
            .schema(ChatSchema(name: "n", description: "d", schema: ["type": "object"], isStrict: true))
        ),
        (#"{"type":"json_schema","json_schema":{"name":"n","schema":{}}}"#, .schema(ChatSchema(name: "n", schema: [:]))),
    ])
    func `say what the answer has to be`(_ format: String, _ expected: ChatOutput) throws {
        let request = try ChatCompletions.request(with: #""response_format":\#(format)"#)

        #expect(request.output == expected)
        #expect(request.extras.isEmpty)
    }

    @Test func `ask for a stream in the body or where the path says so`() throws {
        let body: JSONValue = ["model": "m", "messages": [["role": "user", "content": "Hi"]]]

        #expect(try ChatCompletions.request(with: #""stream":true,"stream_options":{"include_usage":true}"#).isStreaming)
        #expect(try !ChatCompletions.request(with: #""stream":false"#).isStreaming)
        #expect(try OpenAIChatWire.request(from: body, about: ChatRequestFacts(isStreaming: true)).isStreaming)
    }

    @Test(arguments: [
        #""store":false,"n":1,"logprobs":false,"top_logprobs":0,"logit_bias":{},"modalities":["text"],"functions":[],"tools":[]"#,
        #""store":null,"metadata":null,"audio":null,"prediction":null,"web_search_options":null,"function_call":null,"seed":null,"stop":null,"x":null"#,
        #""parallel_tool_calls":true,"stream_options":{"include_usage":true,"include_obfuscation":false}"#,
    ])
    func `have nothing to leave out where they ask for what is usual`(_ members: String) throws {
        let request = try ChatCompletions.request(with: members)

        #expect(request.extras.isEmpty)
        #expect(request.sampling == ChatRequest.Sampling())
        #expect(!request.callsOneAtATime)
    }

    @Test(arguments: [
        (#""service_tier":"flex""#, "service_tier"), (#""store":true"#, "store"), (#""metadata":{"a":"b"}"#, "metadata"),
        (#""prompt_cache_key":"k""#, "prompt_cache_key"), (#""prompt_cache_options":{"mode":"explicit"}"#, "prompt_cache_options"),
        (#""prompt_cache_retention":"24h""#, "prompt_cache_retention"), (#""prediction":{"type":"content","content":"x"}"#, "prediction"),
        (#""stream_options":{"include_obfuscation":true}"#, "stream_options.include_obfuscation"),
    ])
    func `have hints that bear on no answer`(_ members: String, _ name: String) throws {
        let extras = try ChatCompletions.request(with: members).extras

        #expect(extras.map(\.field) == [name])
        #expect(extras.map(\.weight) == [.hint])
        #expect(extras.map(\.shared?.name) == [ChatSharedSetting.Name(rawValue: name)])
    }

    @Test(arguments: [
        (#""logit_bias":{"1":2}"#, "logit_bias"), (#""logprobs":true"#, "logprobs"), (#""top_logprobs":3"#, "top_logprobs"),
        (#""verbosity":"low""#, "verbosity"), (#""moderation":{}"#, "moderation"), (#""min_p":0.1"#, "min_p"),
        (#""chat_template_kwargs":{"enable_thinking":false}"#, "chat_template_kwargs"), (#""stream_options":{"new":1}"#, "stream_options.new"),
        (#""response_format":{"type":"text","new":1}"#, "response_format.new"),
    ])
    func `have tunings, and everything unknown is one`(_ members: String, _ name: String) throws {
        let extras = try ChatCompletions.request(with: members).extras

        #expect(extras.map(\.field) == [name])
        #expect(extras.map(\.weight) == [.tuning])
        #expect(extras.map(\.shared?.name) == [ChatSharedSetting.Name(rawValue: name)])
    }

    @Test(arguments: [
        (#""n":2"#, "n"), (#""modalities":["text","audio"]"#, "modalities"), (#""audio":{"voice":"alloy","format":"wav"}"#, "audio"),
        (#""web_search_options":{}"#, "web_search_options"), (#""functions":[{"name":"f"}]"#, "functions"),
        (#""function_call":"auto""#, "function_call"),
        (#""tools":[{"type":"custom","custom":{"name":"c"}},{"type":"mcp"}]"#, "tools[1]"), (#""tools":[{"type":"web_search"}]"#, "tools[0]"),
        (
            #""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"mcp","server_label":"s"}]}}"#,
            "tool_choice.allowed_tools.tools[0]"
        ),
    ])
    func `ask for what makes any other answer wrong`(_ members: String, _ name: String) throws {
        let extras = try ChatCompletions.request(with: members).extras

        #expect(extras.map(\.field) == [name])
        guard case .meaning(let reason)? = extras.first?.weight else { return #expect(Bool(false)) }
        #expect(reason.hasSuffix("."))
    }

    @Test(arguments: [
        (#""temperature":"1""#, "temperature"), (#""max_tokens":0"#, "max_tokens"), (#""max_completion_tokens":1.5"#, "max_completion_tokens"),
        (#""seed":0.5"#, "seed"), (#""stop":1"#, "stop"), (#""stop":["a",1]"#, "stop"), (#""stream":"true""#, "stream"), (#""n":0"#, "n"),
        (#""reasoning_effort":"extreme""#, "reasoning_effort"), (#""response_format":"json""#, "response_format"),
        (#""response_format":{"type":"yaml"}"#, "response_format.type"),
        (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
        (#""response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#, "response_format.json_schema.schema"),
        (#""tools":{}"#, "tools"), (#""tools":[{"function":{"name":"f"}}]"#, "tools[0].type"),
        (#""tools":[{"type":"function","function":{}}]"#, "tools[0].function.name"),
        (#""tools":[{"type":"function","function":{"name":"f","parameters":"{}"}}]"#, "tools[0].function.parameters"),
        (#""tool_choice":"any""#, "tool_choice"), (#""tool_choice":{"type":"function"}"#, "tool_choice.function"),
        (#""tool_choice":{"type":"web_search"}"#, "tool_choice.type"), (#""tool_choice":{"type":"custom"}"#, "tool_choice.custom"),
        (#""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"none","tools":[]}}"#, "tool_choice.allowed_tools.mode"),
        (#""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}"#, "tool_choice.allowed_tools.tools"),
        (#""parallel_tool_calls":"no""#, "parallel_tool_calls"), (#""metadata":"x""#, "metadata"), (#""user":1"#, "user"),
    ])
    func `are refused by the field that has the wrong type`(_ members: String, _ field: String) throws {
        let error = #expect(throws: GatewayError.self) { try ChatCompletions.request(with: members) }

        guard case .fieldRefused(field, let reason) = error else { return #expect(error == .fieldRefused(field: field, reason: "")) }
        #expect(reason.hasPrefix("it") && reason.hasSuffix("."))
    }

    @Test(arguments: ["[]", #""x""#, "1"])
    func `are objects`(_ body: String) {
        #expect(throws: GatewayError.malformedBody(reason: "it must be a JSON object.")) { try ChatCompletions.request(body) }
    }

    @Test(arguments: [#"{"messages":[]}"#, #"{"model":null,"messages":[]}"#, #"{"model":"","messages":[]}"#])
    func `name a model`(_ body: String) {
        #expect(throws: GatewayError.modelMissing) { try ChatCompletions.request(body) }
    }
}
