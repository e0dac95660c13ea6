import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses request, read")
struct OpenAIResponsesRequestReaderTests {
    // The recordings, and what a person reads in them.

    @Test func `with a conversation of calls and encrypted reasoning gives turns with seals`() throws {
        let request = try Responses.request(recorded: "openai-responses-json-01")

        #expect(request.model == "gpt-5-nano")
        #expect(!request.isStreaming)
        #expect(request.turns.map(\.role) == [.user, .assistant, .tool, .assistant, .user, .assistant, .tool])
        #expect(request.turns.map(\.place) == ["input[0]", "input[1]", "input[3]", "input[4]", "input[6]", "input[7]", "input[8]"])
        #expect(request.turns[0].parts == [.text("What's the weather in Berlin? (52.5200, 13.4050)")])
        guard case .thinking(let thinking) = request.turns[1].parts[0] else { throw Missing() }
        #expect(thinking.text.isEmpty)
        #expect(thinking.seal?.kind == .encrypted)
        #expect(thinking.seal?.data.hasPrefix("gAAAAABqhb93HuG5jJ2DKEQZ5BF") == true)
        #expect(thinking.seal?.data.utf8.count == 2916)
        let id = "call_jOshrdJVv13tD7QiYvR8s27o"
        #expect(
            request.turns[1].parts[1] == .call(ChatCall(id: id, name: "weather", arguments: #"{"latitude":"52.5200","longitude":"13.4050"}"#)))
        #expect(
            request.turns[2].parts
                == [.result(ChatResult(id: id, parts: [.text("Current weather at 52.5200, 13.4050: 15\u{B0}C, Wind: 10 km/h")]))])
        #expect(request.tools.map(\.name) == ["weather"])
        #expect(request.tools[0].description == "Gets current weather for a location")
        #expect(request.tools[0].isStrict == false)
        #expect(request.tools[0].parameters?["required"] == ["latitude", "longitude"])
        #expect(request.extras.isEmpty)
    }

    @Test func `that must call a tool says so`() throws {
        let request = try Responses.request(recorded: "openai-responses-json-02")

        #expect(request.toolChoice == .any)
        #expect(request.tools.map(\.name) == ["get_weather"])
        #expect(request.tools[0].isStrict == nil)
        #expect(request.turns == [ChatTurn(.user, [.text("What's the weather in Paris?")])])
    }

    @Test func `with a picture and a file has them whole`() throws {
        let request = try Responses.request(recorded: "openai-responses-json-03")

        #expect(request.turns.count == 1)
        let parts = request.turns[0].parts
        #expect(parts.count == 3)
        #expect(parts[0] == .text("Analyze these"))
        guard case .image(let image) = parts[1], case .document(let file) = parts[2] else { throw Missing() }
        guard case .base64("image/png", let pixels) = image.source, case .base64("application/pdf", let pages) = file.source else { throw Missing() }
        #expect(pixels.hasPrefix("iVBORw0KGgo"))
        #expect(pixels.utf8.count == 21_278 - "data:image/png;base64,".utf8.count)
        #expect(pages.hasPrefix("JVBERi0xLjM"))
        #expect(file.title == "sample20260611-3302650-m84lh0.pdf")
    }

    @Test func `with a server's tool names it as what cannot be carried`() throws {
        let request = try Responses.request(recorded: "openai-responses-json-04")

        #expect(request.system == ["You search the web for information."])
        #expect(request.tools.isEmpty)
        #expect(request.extras.map(\.field) == ["tools[0]"])
        #expect(throws: GatewayError.self) { try Responses.written(request) }
    }

    @Test func `of a string is one turn`() throws {
        let request = try Responses.request(recorded: "openai-responses-sse-05")

        #expect(request.isStreaming)
        #expect(request.model == "gpt-4o")
        #expect(request.turns == [ChatTurn(.user, [.text("Count to 3")])])
    }

    @Test func `with an effort has it`() throws {
        let request = try Responses.request(recorded: "openai-responses-sse-04")

        #expect(request.reasoning == ChatReasoning(effort: .medium))
        #expect(request.extras.isEmpty)
    }

    private struct Missing: Error {}
}

@Suite("Codex CLI's requests")
struct OpenAIResponsesCodexTests {
    /// As Codex CLI sends them on the second turn, with tools of its own that are functions.
    private let body = #"""
        {"model":"gpt-5-codex","instructions":"You are Codex.","input":[
        {"type":"message","role":"developer","content":[{"type":"input_text","text":"<permissions instructions>"}]},
        {"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>"}]},
        {"type":"message","role":"user","content":[{"type":"input_text","text":"List files."}]},
        {"type":"reasoning","summary":[{"type":"summary_text","text":"**Listing**"}],"content":null,"encrypted_content":"gAAAA"},
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I'll look."}],"phase":"commentary"},
        {"type":"function_call","name":"exec_command","arguments":"{\"cmd\":\"ls\"}","call_id":"call_1"},
        {"type":"function_call_output","call_id":"call_1","output":"a.txt"}],
        "tools":[{"type":"function","name":"exec_command","description":"Runs a command.","strict":false,
        "parameters":{"type":"object","properties":{"cmd":{"type":"string"}},"required":["cmd"],"additionalProperties":false}},
        {"type":"function","name":"view_image","description":"d","strict":false,"parameters":{"type":"object","properties":{}}}],
        "tool_choice":"auto","parallel_tool_calls":true,"reasoning":{"effort":"medium","summary":"auto"},"store":false,"stream":true,
        "include":["reasoning.encrypted_content"],"prompt_cache_key":"0199","text":{"verbosity":"medium"},
        "client_metadata":{"x-codex-installation-id":"i"}}
        """#

    @Test func `are read with nothing lost but hints`() throws {
        let request = try Responses.request(body)

        #expect(request.system == ["You are Codex.", "<permissions instructions>"])
        #expect(request.turns.map(\.role) == [.user, .user, .assistant, .tool])
        #expect(request.turns[2].parts.count == 3)
        #expect(request.turns[2].parts[0] == .thinking(ChatThinking(text: "**Listing**", seal: ChatSeal(.encrypted, "gAAAA"))))
        #expect(request.tools.map(\.name) == ["exec_command", "view_image"])
        #expect(request.reasoning == ChatReasoning(effort: .medium, showsThoughts: true))
        #expect(request.extras.map(\.field) == ["prompt_cache_key", "client_metadata", "input[].phase"])
        #expect(request.extras.allSatisfy { $0.weight == .hint })
    }
}
