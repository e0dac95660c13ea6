import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses request's fields")
struct OpenAIResponsesFieldTests {
    @Test func `are read into what all formats have`() throws {
        let request = try Responses.request(
            #"""
            {"model":"m","input":"x","stream":true,"max_output_tokens":1e3,"temperature":0.70,"top_p":1,"parallel_tool_calls":false,
            "safety_identifier":"u1","reasoning":{"effort":"xhigh","summary":"auto"},
            "text":{"format":{"type":"json_schema","name":"n","description":"d","schema":{"type":"object"},"strict":true},"verbosity":"medium"},
            "tools":[{"type":"function","name":"f","parameters":null,"strict":null}],"tool_choice":{"type":"function","name":"f"},
            "store":false,"service_tier":"auto","truncation":"disabled","background":false,"top_logprobs":0,"metadata":{},"previous_response_id":null}
            """#)

        #expect(request.isStreaming)
        #expect(request.sampling.outputTokensMax?.spelling == "1e3")
        #expect(request.sampling.temperature?.spelling == "0.70")
        #expect(request.sampling.topP?.spelling == "1")
        #expect(request.callsOneAtATime)
        #expect(request.user == "u1")
        #expect(request.reasoning == ChatReasoning(effort: .xhigh, showsThoughts: true))
        #expect(request.output == .schema(ChatSchema(name: "n", description: "d", schema: ["type": "object"], isStrict: true)))
        #expect(request.tools == [ChatTool(name: "f")])
        #expect(request.toolChoice == .tool("f"))
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: [
        (#""metadata":{"a":"b"}"#, "metadata"), (#""store":true"#, "store"), (#""service_tier":"flex""#, "service_tier"),
        (#""prompt_cache_key":"k""#, "prompt_cache_key"), (#""prompt_cache_retention":"24h""#, "prompt_cache_retention"),
        (#""client_metadata":{"a":"b"}"#, "client_metadata"), (#""include":["web_search_call.results"]"#, "include[0]"),
        (#""max_tool_calls":3"#, "max_tool_calls"), (#""stream_options":{"include_obfuscation":true}"#, "stream_options.include_obfuscation"),
        (#""reasoning":{"summary":"detailed"}"#, "reasoning.summary"), (#""user":"a","safety_identifier":"b""#, "user"),
    ])
    func `that do not change the answer are hints`(member: String, field: String) throws {
        let request = try Responses.request(#"{"model":"m","input":"x",\#(member)}"#)

        #expect(request.extras.map(\.field) == [field])
        #expect(request.extras.map(\.weight) == [.hint])
        #expect(request.extras.map(\.shared?.name) == [ChatSharedSetting.Name(rawValue: field)])
        #expect(try Responses.written(request, policy: .refuse).dropped == [field])
    }

    @Test(arguments: [
        (#""truncation":"auto""#, "truncation"), (#""top_logprobs":2"#, "top_logprobs"), (#""text":{"verbosity":"low"}"#, "text.verbosity"),
        (#""moderation":{"model":"m"}"#, "moderation"), (#""context_management":[{"type":"compaction"}]"#, "context_management"),
        (#""include":["message.output_text.logprobs"]"#, "include[0]"), (#""frequency_penalty":1"#, "frequency_penalty"), (#""foo":1"#, "foo"),
        (#""reasoning":{"mode":"pro"}"#, "reasoning.mode"), (#""reasoning":{"foo":1}"#, "reasoning.foo"), (#""text":{"foo":1}"#, "text.foo"),
        (#""stream_options":{"foo":1}"#, "stream_options.foo"), (#""tools":[{"type":"function","name":"f","foo":1}]"#, "tools[0].foo"),
        (#""tools":[{"type":"function","name":"f","defer_loading":true}]"#, "tools[0].defer_loading"),
    ])
    func `that change the answer, or are not known, are refused unless the route lets them go`(member: String, field: String) throws {
        let request = try Responses.request(#"{"model":"m","input":"x",\#(member)}"#)

        #expect(request.extras.map(\.field) == [field])
        #expect(request.extras.map(\.weight) == [.tuning])
        let name = field == "text.verbosity" ? "verbosity" : field
        #expect(request.extras.map(\.shared?.name) == [ChatSharedSetting.Name(rawValue: name)])
        #expect(try Responses.written(request).dropped == [field])
        #expect(try Responses.refusedField { try Responses.written(request, policy: .refuse) } == field)
    }

    @Test(arguments: [
        (#""previous_response_id":"resp_1""#, "previous_response_id"), (#""conversation":"conv_1""#, "conversation"),
        (#""conversation":{"id":"conv_1"}"#, "conversation"), (#""background":true"#, "background"), (#""prompt":{"id":"p"}"#, "prompt"),
        (#""tools":[{"type":"function","name":"f"},{"type":"custom","name":"c"},{"type":"mcp"}]"#, "tools[2]"),
        (#""tools":[{"type":"web_search"}]"#, "tools[0]"), (#""tool_choice":{"type":"web_search_preview"}"#, "tool_choice"),
        (#""tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"mcp","server_label":"s"}]}"#, "tool_choice.tools[0]"),
    ])
    func `without which the answer would be wrong are refused, whatever the route says`(member: String, field: String) throws {
        let request = try Responses.request(#"{"model":"m","input":"x",\#(member)}"#)

        #expect(try Responses.refusedField { try Responses.written(request, policy: .drop) } == field)
    }

    @Test(arguments: [
        (#""input":1"#, "input"), (#""input":[1]"#, "input[0]"), (#""input":[{"role":"tool","content":"x"}]"#, "input[0].role"),
        (#""input":[{"role":"user"}]"#, "input[0].content"), (#""input":[{"role":"user","content":[{"type":"foo"}]}]"#, "input[0].content[0].type"),
        (#""input":[{"role":"user","content":[{"type":"input_text"}]}]"#, "input[0].content[0].text"),
        (#""input":[{"role":"user","content":[{"type":"input_image","image_url":"data:text/plain;base64,AA=="}]}]"#, "input[0].content[0].image_url"),
        (#""input":[{"role":"user","content":[{"type":"input_image","image_url":"ftp://x/y.png"}]}]"#, "input[0].content[0].image_url"),
        (#""input":[{"role":"assistant","content":[{"type":"input_image","image_url":"https://x/y.png"}]}]"#, "input[0].content[0].type"),
        (#""input":[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
        (#""input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]"#, "input[0].arguments"),
        (#""input":[{"type":"function_call_output","call_id":"c"}]"#, "input[0].output"),
        (#""input":[{"type":"custom_tool_call","call_id":"c","name":"f"}]"#, "input[0].input"),
        (#""input":[{"type":"reasoning","summary":"x"}]"#, "input[0].summary"), (#""input":"x","instructions":[]"#, "instructions"),
        (#""input":"x","stream":"yes""#, "stream"), (#""input":"x","max_output_tokens":"9""#, "max_output_tokens"),
        (#""input":"x","reasoning":{"effort":"huge"}"#, "reasoning.effort"), (#""input":"x","reasoning":1"#, "reasoning"),
        (#""input":"x","text":{"format":{"type":"xml"}}"#, "text.format.type"),
        (#""input":"x","text":{"format":{"type":"json_schema"}}"#, "text.format.schema"),
        (#""input":"x","tools":{}"#, "tools"), (#""input":"x","tools":[{"name":"f"}]"#, "tools[0].type"),
        (#""input":"x","tools":[{"type":"function"}]"#, "tools[0].name"), (#""input":"x","tool_choice":"any""#, "tool_choice"),
        (#""input":"x","tool_choice":{"type":"function"}"#, "tool_choice.name"), (#""temperature":0"#, "input"),
    ])
    func `of a wrong kind are refused by their place`(members: String, field: String) throws {
        #expect(try Responses.refusedField { try Responses.request(#"{"model":"m",\#(members)}"#) } == field)
    }

    @Test func `without a model are refused`() {
        #expect(throws: GatewayError.modelMissing) { try Responses.request(#"{"input":"x"}"#) }
        #expect(throws: GatewayError.malformedBody(reason: "it must be a JSON object.")) { try Responses.request("[]") }
    }

    @Test(arguments: [
        (#""none""#, ChatToolChoice.none), (#""auto""#, .auto),
        (
            #"{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"a"},{"type":"function","name":"b"}]}"#,
            .allowed(["a", "b"], isRequired: true)
        ),
    ])
    func `say which tools may be called`(choice: String, expected: ChatToolChoice) throws {
        #expect(try Responses.request(#"{"model":"m","input":"x","tool_choice":\#(choice)}"#).toolChoice == expected)
    }
}
