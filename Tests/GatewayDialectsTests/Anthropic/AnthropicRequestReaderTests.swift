import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A request of the messages API")
struct AnthropicRequestReaderTests {
    @Test func `gives its numbers as they are spelled`() throws {
        let request = try anthropicRequest(#""temperature":1.0,"top_p":0.90,"top_k":40,"stop_sequences":["a","b"],"stream":true"#)

        #expect(request.sampling.temperature?.spelling == "1.0")
        #expect(request.sampling.topP?.spelling == "0.90")
        #expect(request.sampling.topK?.int == 40)
        #expect(request.sampling.stop == ["a", "b"])
        #expect(request.isStreaming)
    }

    @Test func `takes null for absence`() throws {
        let members = [
            "system", "temperature", "top_p", "top_k", "stop_sequences", "stream", "tools", "tool_choice", "thinking", "output_config", "new",
        ]
        let request = try anthropicRequest(members.map { "\"\($0)\":null" }.joined(separator: ","))

        #expect(request == (try anthropicRequest()))
        #expect(request.extras.isEmpty)
    }

    @Test(arguments: [
        ("thinking", #"{"type":"enabled","budget_tokens":2000,"display":"summarized"}"#, ChatReasoning(budgetTokens: 2000, showsThoughts: true)),
        ("thinking", #"{"type":"adaptive"}"#, ChatReasoning(isAdaptive: true)),
        ("thinking", #"{"type":"adaptive","display":"omitted"}"#, ChatReasoning(isAdaptive: true, showsThoughts: false)),
        ("thinking", #"{"type":"disabled"}"#, ChatReasoning(effort: ChatReasoning.Effort.none, budgetTokens: 0)),
        ("output_config", #"{"effort":"xhigh"}"#, ChatReasoning(effort: .xhigh)),
    ])
    func `says how much to think`(_ member: String, _ value: String, _ expected: ChatReasoning) throws {
        #expect(try anthropicRequest("\"\(member)\":\(value)").reasoning == expected)
    }

    @Test func `says how much to think in two places`() throws {
        let both = try anthropicRequest(#""thinking":{"type":"adaptive"},"output_config":{"effort":"low"}"#)
        let off = try anthropicRequest(#""thinking":{"type":"disabled"},"output_config":{"effort":"low"}"#)

        #expect(both.reasoning == ChatReasoning(effort: .low, isAdaptive: true))
        #expect(off.reasoning == ChatReasoning(effort: ChatReasoning.Effort.none, budgetTokens: 0))
        #expect(off.extras == [ChatExtra("output_config.effort", .tuning)])
    }

    @Test(arguments: [
        (#"{"type":"auto"}"#, ChatToolChoice.auto, false), (#"{"type":"any","disable_parallel_tool_use":true}"#, .any, true),
        (#"{"type":"tool","name":"f"}"#, .tool("f"), false), (#"{"type":"none"}"#, ChatToolChoice.none, false),
    ])
    func `says which tools to call`(_ choice: String, _ expected: ChatToolChoice, _ isOneAtATime: Bool) throws {
        let request = try anthropicRequest(#""tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":\#(choice)"#)

        #expect(request.toolChoice == expected)
        #expect(request.callsOneAtATime == isOneAtATime)
        #expect(request.tools == [ChatTool(name: "f")])
    }

    @Test func `says who the user is, and for whom it stops`() throws {
        let request = try anthropicRequest(#""metadata":{"user_id":"u-1","team":"x"}"#)

        #expect(request.user == "u-1")
        #expect(request.extras == [ChatExtra("metadata.team", .hint)])
    }

    @Test(arguments: [
        ("cache_control", #"{"type":"ephemeral"}"#), ("service_tier", #""auto""#), ("speed", #""fast""#),
        ("diagnostics", #"{"previous_message_id":"msg_1"}"#),
        ("context_management", #"{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]}"#),
    ])
    func `has hints, without which the answer is the same`(_ member: String, _ value: String) throws {
        let request = try anthropicRequest("\"\(member)\":\(value)")

        #expect(request.extras == [ChatExtra(member, .hint)])
        #expect(try anthropicBody(request).dropped == [member])
    }

    @Test(arguments: [
        ("inference_geo", #""us""#), ("something_new", "1"), ("thinking.type", #"{"type":"between_tools"}"#),
        ("context_management", #"{"edits":[{"type":"clear_tool_uses_20250919"}]}"#),
    ])
    func `has wishes, without which the answer is another one`(_ field: String, _ value: String) throws {
        let member = field.prefix { $0 != "." }
        let request = try anthropicRequest("\"\(member)\":\(value)")

        #expect(request.extras == [ChatExtra(field, .tuning)])
        #expect(throws: GatewayError.self) { try anthropicBody(request) }
        #expect(try anthropicBody(request, policy: .drop).dropped == [field])
    }

    @Test(arguments: [
        (#""container":"c""#, "container"), (#""thread":{"id":"t"}"#, "thread"), (#""mcp_servers":[{"url":"x"}]"#, "mcp_servers"),
        (#""tools":[{"type":"bash_20250124","name":"bash"}]"#, "tools[0].type"),
        (#""tools":[{"name":"f","allowed_callers":["code_execution_20260120"]}]"#, "tools[0].allowed_callers"),
    ])
    func `has wishes that nobody else can fulfil`(_ members: String, _ field: String) throws {
        let request = try anthropicRequest(members)

        #expect(request.extras.map(\.field) == [field])
        guard case .meaning? = request.extras.first?.weight else { return #expect(Bool(false)) }
        #expect(throws: GatewayError.self) { try anthropicBody(request, policy: .drop) }
    }

    @Test func `has members of tools that nobody else knows`() throws {
        let tool =
            #"{"name":"f","cache_control":{},"eager_input_streaming":true,"defer_loading":true,"input_examples":[{}],"allowed_callers":["direct"]}"#
        let request = try anthropicRequest("\"tools\":[\(tool)]")

        #expect(
            request.extras == [
                ChatExtra("tools[0].cache_control", .hint), ChatExtra("tools[0].eager_input_streaming", .hint),
                ChatExtra("tools[0].defer_loading", .tuning), ChatExtra("tools[0].input_examples", .tuning),
            ])
    }

    @Test(arguments: [
        (#"{"type":"url","url":"https://x/a.png"}"#, ChatMedia.Source.url("https://x/a.png", type: nil)),
        (#"{"type":"base64","media_type":"image/png","data":"iVBO"}"#, .base64(type: "image/png", data: "iVBO")),
    ])
    func `shows pictures`(_ source: String, _ expected: ChatMedia.Source) throws {
        let request = try anthropicRequest(content: #"[{"type":"image","source":\#(source)}]"#)

        #expect(request.turns[0].parts == [.image(ChatMedia(expected))])
        #expect(request.extras.isEmpty)
    }

    @Test func `brings documents in blocks and found pages as text`() throws {
        let document = #"{"type":"document","source":{"type":"content","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}"#
        let page =
            #"{"type":"search_result","title":"T","source":"https://s","content":[{"type":"text","text":"found"}],"citations":{"enabled":true}}"#
        let request = try anthropicRequest(content: "[\(document),\(page)]")

        #expect(request.turns[0].parts == [.document(ChatMedia(.text("a\nb"))), .text("T\nhttps://s\nfound")])
        #expect(request.extras == [ChatExtra("messages[0].content[1].type", .hint)])
    }

    @Test(arguments: [
        (#"{"type":"image","source":{"type":"file","file_id":"file_1"}}"#, "messages[0].content[0].source.file_id"),
        (#"{"type":"container_upload","file_id":"file_1"}"#, "messages[0].content[0]"),
        (#"{"type":"something_new","value":1}"#, "messages[0].content[0]"),
    ])
    func `cannot go elsewhere with blocks that only Anthropic knows`(_ block: String, _ field: String) throws {
        let request = try anthropicRequest(content: "[\(block)]")

        #expect(request.extras.map(\.field) == [field])
        #expect(throws: GatewayError.self) { try anthropicBody(request, policy: .drop) }
    }

    @Test func `keeps results apart from what else the user says, pictures included`() throws {
        let body = try anthropicJSON(
            #"""
            {"model":"m","messages":[{"role":"user","content":"Go"},
            {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"tool_use","id":"t2","name":"f"}]},
            {"role":"user","content":[{"type":"text","text":"Here"},{"type":"tool_result","tool_use_id":"t1","is_error":true},
            {"type":"tool_result","tool_use_id":"t2","content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}]}]}
            """#)

        let request = try AnthropicWire.request(from: body, about: ChatRequestFacts())

        #expect(request.turns.map(\.role) == [.user, .assistant, .tool, .user])
        let empty = [ChatCall(id: "t1", name: "f", arguments: "{}"), ChatCall(id: "t2", name: "f", arguments: "{}")]
        #expect(request.turns[1].parts == empty.map(ChatPart.call))
        let picture = ChatResult(id: "t2", parts: [.image(ChatMedia(.url("https://x", type: nil)))])
        #expect(request.turns[2].parts == [.result(ChatResult(id: "t1", parts: [], isError: true)), .result(picture)])
        #expect(request.turns[3].parts == [.text("Here")])
        guard case .result(let result) = request.turns[2].parts[1] else { return }
        #expect(result.place == "messages[2].content[2]")
    }

    @Test func `may have instructions in the middle`() throws {
        let body = try anthropicJSON(
            #"""
            {"model":"m","system":[{"type":"text","text":"A"},{"type":"text","text":""}],"messages":[{"role":"system","content":"B"},
            {"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},{"role":"system","content":[{"type":"text","text":"C"}]},
            {"role":"user","content":"Go"}]}
            """#)

        let request = try AnthropicWire.request(from: body, about: ChatRequestFacts())

        #expect(request.system == ["A", "B"])
        #expect(request.turns.map(\.role) == [.user, .assistant, .system, .user])
        #expect(request.turns[2].parts == [.text("C")])
    }

    @Test func `opens envelopes in the places of signatures and keeps Anthropic's own`() throws {
        let foreign = ChatSeal(.encrypted, "gAAA", id: "rs_1")
        let blocks =
            #"[{"type":"thinking","thinking":"Hm","signature":"EqQB"},{"type":"redacted_thinking","data":"xyz"},"#
            + #"{"type":"thinking","thinking":"","signature":"\#(foreign.envelope)"},{"type":"thinking","thinking":"No seal","signature":""}]"#
        let body = try anthropicJSON(
            #"{"model":"m","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":\#(blocks)},{"role":"user","content":"Go"}]}"#)

        let request = try AnthropicWire.request(from: body, about: ChatRequestFacts())

        #expect(
            request.turns[1].parts == [
                .thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "EqQB"))),
                .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "xyz"))),
                .thinking(ChatThinking(text: "", seal: foreign)), .thinking(ChatThinking(text: "No seal")),
            ])
    }

    @Test(arguments: [true, false])
    func `gives a call the seal that stands beside it`(_ isBehind: Bool) {
        let seal = ChatSeal(.thought, "sig")
        let holder = ChatPart.thinking(ChatThinking(text: "", seal: seal))
        let call = ChatCall(id: "a", name: "f", arguments: "{}")
        var sealed = call
        sealed.seal = seal

        let parts = AnthropicRequestReader.attachingSeals(isBehind ? [.text("x"), .call(call), holder] : [.text("x"), holder, .call(call)])

        #expect(parts == [.text("x"), .call(sealed)])
    }

    @Test func `gives each of several calls its own seal`() {
        func call(_ id: String, _ seal: String?) -> ChatPart {
            .call(ChatCall(id: id, name: "f", arguments: "{}", seal: seal.map { ChatSeal(.thought, $0) }))
        }
        func holder(_ seal: String) -> ChatPart { .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, seal))) }

        let parts = AnthropicRequestReader.attachingSeals([call("a", nil), holder("1"), call("b", nil), holder("2"), call("c", nil)])

        #expect(parts == [call("a", "1"), call("b", "2"), call("c", nil)])
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, nil), (#"{"model":"m"}"#, "messages"), (#"{"model":"m","messages":[]}"#, "messages"),
        (#"{"model":"m","messages":[1]}"#, "messages[0]"), (#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].role"),
        (#"{"model":"m","messages":[{"role":"user","content":""}]}"#, "messages[0].content"),
        (#"{"model":"m","messages":[{"role":"user","content":{}}]}"#, "messages[0].content"),
        (#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
        (#"{"model":"m","messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"f"}]}]}"#, "messages[0].content[0].type"),
        (
            #"{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":"x"}]}]}"#,
            "messages[0].content[0].input"
        ),
        (#"{"model":"m","max_tokens":"9","messages":[{"role":"user","content":"x"}]}"#, "max_tokens"),
        (#"{"model":"m","max_tokens":-1,"messages":[{"role":"user","content":"x"}]}"#, "max_tokens"),
        (#"{"model":"m","stream":1,"messages":[{"role":"user","content":"x"}]}"#, "stream"),
        (#"{"model":"m","system":7,"messages":[{"role":"user","content":"x"}]}"#, "system"),
        (#"{"model":"m","stop_sequences":[1],"messages":[{"role":"user","content":"x"}]}"#, "stop_sequences"),
        (#"{"model":"m","tool_choice":{"type":"maybe"},"messages":[{"role":"user","content":"x"}]}"#, "tool_choice.type"),
        (#"{"model":"m","thinking":{"type":"enabled"},"messages":[{"role":"user","content":"x"}]}"#, "thinking.budget_tokens"),
        (#"{"model":"m","output_config":{"effort":"minimal"},"messages":[{"role":"user","content":"x"}]}"#, "output_config.effort"),
        (#"{"model":"m","output_config":{"format":{"type":"xml"}},"messages":[{"role":"user","content":"x"}]}"#, "output_config.format.type"),
    ])
    func `is refused by the name of what is wrong in it`(_ body: String, _ field: String?) throws {
        let value = try anthropicJSON(body)
        do throws(GatewayError) {
            _ = try AnthropicWire.request(from: value, about: ChatRequestFacts())
            Issue.record("not refused")
        } catch {
            guard let field else {
                #expect(error == .modelMissing)
                return
            }
            guard case .fieldRefused(let named, _) = error else { return #expect(Bool(false), "\(error)") }
            #expect(named == field)
        }
    }
}
