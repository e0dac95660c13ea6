import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// As Codex CLI declares and calls them.
@Suite("Tools that take free text or run commands")
struct OpenAIFreeformTests {
    private static let patch = "*** Begin Patch\n*** Add File: a.txt\n+\"hi\"\n*** End Patch"
    private static let grammar = #"start: begin_patch hunk+ end_patch"#
    private static let tools =
        #"[{"type":"custom","name":"apply_patch","description":"Edits files.","format":{"type":"grammar","syntax":"lark","definition":"\#(grammar)"}},"#
        + #"{"type":"local_shell"},{"type":"function","name":"update_plan","strict":false,"parameters":{"type":"object","properties":{}}}]"#

    private func request(_ input: String = #""Hi""#) throws -> ChatRequest {
        try Responses.request(#"{"model":"m","store":false,"tools":\#(Self.tools),"input":\#(input)}"#)
    }

    private var facts: ChatAnswerFacts {
        var facts = Responses.facts
        facts.toolKinds = ["apply_patch": .custom(format: nil), "local_shell": .localShell]
        return facts
    }

    private var answer: ChatAnswer {
        ChatAnswer(
            parts: [
                .call(ChatCall(id: "c1", name: "apply_patch", arguments: OpenAIFreeform.arguments(Self.patch))),
                .call(ChatCall(id: "c2", name: "local_shell", arguments: #"{"command":["ls","-l"],"timeout_ms":5}"#)),
                .call(ChatCall(id: "c3", name: "update_plan", arguments: "{}")),
            ], stop: .calls)
    }

    @Test(arguments: [ChatFormat.openAIChat, .anthropic, .gemini])
    func `are functions to providers that have no others`(format: ChatFormat) throws {
        var losses = ChatLosses(policy: .refuse, target: format)
        let body = try format.wire.body(of: try request(), for: ChatTargetFacts(model: "m"), losses: &losses)
        let text = String(decoding: body.written(), as: UTF8.self)

        #expect(text.contains(#""name":"apply_patch""#))
        #expect(text.contains(#""required":["input"]"#))
        #expect(text.contains(Self.grammar))
        #expect(text.contains(#""name":"local_shell""#))
        #expect(losses.dropped.isEmpty)
    }

    @Test func `are told to the client as it declared them`() throws {
        let output = OpenAIResponsesWire.body(of: answer, to: facts)["output"]

        #expect(output?[0]?["type"] == "custom_tool_call")
        #expect(output?[0]?["call_id"] == "c1")
        #expect(output?[0]?["input"]?.string == Self.patch)
        #expect(output?[1]?["type"] == "local_shell_call")
        #expect(output?[1]?["action"]?["command"] == ["ls", "-l"])
        #expect(output?[1]?["action"]?["type"] == "exec")
        #expect(output?[2]?["type"] == "function_call")
        let calls = OpenAIChatWire.body(of: answer, to: facts)["choices"]?[0]?["message"]?["tool_calls"]
        #expect(calls?[0] == ["id": "c1", "type": "custom", "custom": ["name": "apply_patch", "input": .string(Self.patch)]])
    }

    @Test func `are streamed as the client reads them`() throws {
        var writer = OpenAIResponsesWire.writer(for: facts)
        var chunks: [BodyChunk] = []
        for event in answer.events { writer.write(event, to: &chunks) }
        let events = try ChatCompletions.sseEvents(chunks.flatMap(\.bytes))
        let data = try events.map { try JSONValue(parsing: Array($0.data)) }

        #expect(events.allSatisfy { event in (try? JSONValue(parsing: Array(event.data)))?["type"]?.string == event.name })
        let types = data.compactMap { $0["type"]?.string }
        let name = "response.custom_tool_call_input"
        #expect(types.filter { $0.hasPrefix(name) } == [name + ".delta", name + ".done"])
        #expect(data.first { $0["type"] == "response.custom_tool_call_input.delta" }?["delta"]?.string == Self.patch)
        let done = data.filter { $0["type"] == "response.output_item.done" }.compactMap { $0["item"]?["type"]?.string }
        #expect(done == ["custom_tool_call", "local_shell_call", "function_call"])
        #expect(data.compactMap { $0["sequence_number"]?.int } == Array(0..<data.count))
        #expect(data.last?["response"]?["output"]?[0]?["input"]?.string == Self.patch)
        var chat = OpenAIChatWire.writer(for: facts)
        var pieces: [BodyChunk] = []
        for event in answer.events { chat.write(event, to: &pieces) }
        let text = String(decoding: pieces.flatMap(\.bytes), as: UTF8.self)
        #expect(text.contains(#""tool_calls":[{"index":0,"id":"c1","type":"custom","custom":{"name":"apply_patch","input":""}}]"#))
        #expect(text.contains(#""custom":{"input":"*** Begin Patch\n"#))
    }

    @Test func `come back in the conversation`() throws {
        let input =
            #"[{"type":"message","role":"user","content":"Hi"},"#
            + #"{"type":"custom_tool_call","id":"ctc_1","call_id":"c1","name":"apply_patch","input":"a\"b"},"#
            + #"{"type":"custom_tool_call_output","call_id":"c1","output":"done"},"#
            + #"{"type":"local_shell_call","id":"lsh_1","call_id":"c2","status":"completed","action":{"type":"exec","command":["ls"],"env":{}}},"#
            + #"{"type":"local_shell_call_output","call_id":"c2","output":"files"}]"#

        let turns = try request(input).turns

        #expect(turns.map(\.role) == [.user, .assistant, .tool, .assistant, .tool])
        #expect(turns[1].parts == [.call(ChatCall(id: "c1", name: "apply_patch", arguments: #"{"input":"a\"b"}"#))])
        #expect(turns[2].parts == [.result(ChatResult(id: "c1", parts: [.text("done")]))])
        #expect(turns[3].parts == [.call(ChatCall(id: "c2", name: "local_shell", arguments: #"{"command":["ls"],"env":{}}"#))])
        let call = #"{"id":"c1","type":"custom","custom":{"name":"shell","input":"ls"}}"#
        #expect(
            try ChatCompletions.lastParts(ofMessages: #"{"role":"assistant","content":null,"tool_calls":[\#(call)]}"#)
                == [.call(ChatCall(id: "c1", name: "shell", arguments: #"{"input":"ls"}"#))])
    }

    @Test func `get what the model wrote, also where it did not keep to the form`() {
        #expect(OpenAIFreeform.input("not JSON") == "not JSON")
        #expect(OpenAIFreeform.input(#"{"input":"a","more":1}"#) == #"{"input":"a","more":1}"#)
        #expect(OpenAIFreeform.shellAction(#"{"command":"ls | wc"}"#)["command"] == ["bash", "-lc", "ls | wc"])
        #expect(OpenAIFreeform.shellAction("x")["command"] == [])
    }
}
