import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses request, written")
struct OpenAIResponsesRequestWriterTests {
    @Test func `has the settings where this format has them`() throws {
        var request = Responses.sample()
        request.isStreaming = true
        request.system = ["A", "B"]
        request.sampling.outputTokensMax = JSONNumber("1024")
        request.sampling.temperature = JSONNumber("0.50")
        request.sampling.topP = JSONNumber("0.9")
        request.user = "u1"
        request.output = .schema(ChatSchema(schema: ["type": "object"], isStrict: true))
        request.tools = [ChatTool(name: "f", description: "d", parameters: ["type": "object"])]
        request.toolChoice = .tool("f")
        request.callsOneAtATime = true

        let (body, dropped) = try Responses.written(request, policy: .refuse)

        #expect(dropped.isEmpty)
        #expect(
            body
                == (try Responses.json(
                    #"""
                    {"model":"gpt-5.4","instructions":"A","input":[
                    {"type":"message","role":"developer","content":[{"type":"input_text","text":"B"}]},
                    {"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}],
                    "stream":true,"store":false,
                    "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false}],
                    "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,
                    "text":{"format":{"type":"json_schema","name":"answer","schema":{"type":"object"},"strict":true}},
                    "max_output_tokens":1024,"temperature":0.50,"top_p":0.9,"safety_identifier":"u1"}
                    """#)))
    }

    @Test func `has the conversation as items`() throws {
        let turns = [
            ChatTurn(.user, [.text("Q"), .image(ChatMedia(.base64(type: "image/png", data: "QQ=="))), .text("R")]),
            ChatTurn(
                .assistant,
                [
                    .thinking(ChatThinking(text: "t", seal: ChatSeal(.encrypted, "s", id: "rs_1"))), .text("A"), .refusal("no"),
                    .call(ChatCall(id: "c1", name: "f", arguments: "{}", seal: ChatSeal(.thought, "x"))), .text("B"),
                ]),
            ChatTurn(
                .tool,
                [
                    .result(ChatResult(id: "c1", parts: [.text("r")])), .result(ChatResult(id: "c2", parts: [])),
                    .result(ChatResult(id: "c3", parts: [.text("a"), .document(ChatMedia(.base64(type: "application/pdf", data: "QQ==")))])),
                ]),
            ChatTurn(.system, [.text("S")]),
        ]

        let (body, dropped) = try Responses.written(Responses.sample(turns), policy: .refuse)

        #expect(dropped.isEmpty)
        #expect(body["include"] == ["reasoning.encrypted_content"])
        #expect(
            body["input"]
                == (try Responses.json(
                    #"""
                    [{"type":"message","role":"user","content":[{"type":"input_text","text":"Q"},
                    {"type":"input_image","image_url":"data:image/png;base64,QQ==","detail":"auto"},{"type":"input_text","text":"R"}]},
                    {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"t"}],"encrypted_content":"s"},
                    {"type":"message","role":"assistant","content":"A"},
                    {"type":"message","role":"assistant","content":[{"type":"refusal","refusal":"no"}]},
                    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
                    {"type":"message","role":"assistant","content":"B"},
                    {"type":"function_call_output","call_id":"c1","output":"r"},{"type":"function_call_output","call_id":"c2","output":""},
                    {"type":"function_call_output","call_id":"c3","output":[{"type":"input_text","text":"a"},
                    {"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,QQ=="}]},
                    {"type":"message","role":"developer","content":[{"type":"input_text","text":"S"}]}]
                    """#)))
    }

    @Test func `sends back no thoughts but those with OpenAI's own seal`() throws {
        let thoughts = [
            ChatThinking(text: "a", seal: ChatSeal(.signature, "s")), ChatThinking(text: "b"), ChatThinking(text: "", seal: ChatSeal(.redacted, "s")),
        ]
        let turns = [ChatTurn(.user, [.text("Q")]), ChatTurn(.assistant, thoughts.map { .thinking($0) } + [.text("A")], place: "messages[1]")]

        let (body, dropped) = try Responses.written(Responses.sample(turns), policy: .refuse)

        #expect(body["input"]?.array?.count == 2)
        #expect(body["include"] == nil)
        #expect(dropped == ["messages[1].thinking"])
    }

    @Test(arguments: [
        (ChatReasoning(effort: .high, showsThoughts: true), #"{"effort":"high","summary":"auto"}"#),
        (ChatReasoning(effort: .minimal), #"{"effort":"minimal"}"#),
        (ChatReasoning(budgetTokens: 10_000), #"{"effort":"medium"}"#), (ChatReasoning(budgetTokens: 500), #"{"effort":"low"}"#),
        (ChatReasoning(budgetTokens: 40_000), #"{"effort":"high"}"#), (ChatReasoning(isAdaptive: true, showsThoughts: true), #"{"summary":"auto"}"#),
        (ChatReasoning(isAdaptive: true), nil),
    ])
    func `asks for reasoning and its encrypted form`(reasoning: ChatReasoning, expected: String?) throws {
        var request = Responses.sample()
        request.reasoning = reasoning

        let body = try Responses.written(request).body

        #expect(body["reasoning"] == (try expected.map { try Responses.json($0) }))
        #expect(body["include"] == ["reasoning.encrypted_content"])
        #expect(body["store"] == false)
    }

    @Test func `asks for none where none is wanted or nothing is said`() throws {
        var request = Responses.sample()
        #expect(try Responses.written(request).body["include"] == nil)

        request.reasoning = ChatReasoning(budgetTokens: 0)
        let body = try Responses.written(request).body

        #expect(body["reasoning"] == ["effort": "none"])
        #expect(body["include"] == nil)
    }

    @Test func `cannot say top_k, penalties, seeds and stop sequences`() throws {
        let changes: [(String, (inout ChatRequest.Sampling) -> Void)] = [
            ("top_k", { $0.topK = JSONNumber(1) }), ("frequency_penalty", { $0.frequencyPenalty = JSONNumber(1) }),
            ("presence_penalty", { $0.presencePenalty = JSONNumber(1) }), ("seed", { $0.seed = JSONNumber(1) }),
            ("stop_sequences", { $0.stop = ["x"] }),
        ]
        for (field, change) in changes {
            var request = Responses.sample()
            change(&request.sampling)

            #expect(try Responses.refusedField { try Responses.written(request, policy: .refuse) } == field)
            #expect(try Responses.written(request).dropped == [field])
        }
    }

    @Test func `says no penalty by saying nothing`() throws {
        var request = Responses.sample(format: .openAIChat)
        request.sampling.frequencyPenalty = JSONNumber("0.0")

        #expect(try Responses.written(request, policy: .refuse).dropped == ["frequency_penalty"])
    }

    @Test func `refuses media where the format has no place for them`() throws {
        let image = ChatPart.image(ChatMedia(.url("https://x/y.png", type: nil)))
        let audio = ChatPart.audio(ChatMedia(.base64(type: "audio/wav", data: "QQ==")))
        for turn in [ChatTurn(.assistant, [image], place: "messages[4]"), ChatTurn(.user, [audio], place: "messages[4]")] {
            #expect(try Responses.refusedField { try Responses.written(Responses.sample([turn])) } == "messages[4]")
        }
    }

    @Test func `names what a result and a user's name lose`() throws {
        var request = Responses.sample([
            ChatTurn(.tool, [.result(ChatResult(id: "c", parts: [.text("boom")], isError: true, place: "messages[2].content[0]"))])
        ])
        request.user = String(repeating: "u", count: 129)

        let (body, dropped) = try Responses.written(request, policy: .refuse)

        #expect(body["input"]?[0]?["output"] == "boom")
        #expect(body["safety_identifier"] == nil)
        #expect(dropped == ["messages[2].content[0].is_error", "metadata.user_id"])
    }

    @Test(arguments: [
        (ChatToolChoice.auto, #""auto""#), (.none, #""none""#), (.any, #""required""#),
        (.allowed(["f"], isRequired: false), #"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}"#),
    ])
    func `says which tools may be called, if there are any`(choice: ChatToolChoice, expected: String) throws {
        var request = Responses.sample()
        request.toolChoice = choice
        request.tools = [ChatTool(name: "f")]
        #expect(try Responses.written(request).body["tool_choice"] == (try Responses.json(expected)))

        request.tools = []
        if choice == .auto || choice == .none { #expect(try Responses.written(request).body["tool_choice"] == nil) }
    }
}

@Suite("A responses request, there and back")
struct OpenAIResponsesRequestRoundTripTests {
    @Test(arguments: Recording.responses.map(\.id).filter { $0 != "openai-responses-json-04" })
    func `means the same`(id: String) throws {
        let first = try Responses.request(recorded: id)

        let body = try Responses.written(first.withoutExtras, policy: .refuse, target: ChatTargetFacts(model: first.model)).body

        #expect(try OpenAIResponsesWire.request(from: body, about: ChatRequestFacts()) == first.withoutExtras)
    }

    @Test func `means the same with all that the format can say`() throws {
        var request = Responses.sample(
            [
                ChatTurn(.user, [.text("Q"), .image(ChatMedia(.url("https://x/y.png", type: nil)))]),
                ChatTurn(
                    .assistant,
                    [
                        .thinking(ChatThinking(text: "t\n\nu", seal: ChatSeal(.encrypted, "s", id: "rs_1"))), .text("A"), .text("B"), .refusal("no"),
                        .call(ChatCall(id: "c1", name: "f", arguments: #"{"n":18446744073709551616}"#)),
                    ]),
                ChatTurn(.tool, [.result(ChatResult(id: "c1", parts: [.text("a"), .text("b")]))]), ChatTurn(.system, [.text("S")]),
                ChatTurn(.user, [.document(ChatMedia(.base64(type: "text/csv", data: "QQ=="), title: "a.csv"))]),
            ], format: .openAIResponses)
        request.system = ["A", "B"]
        request.reasoning = ChatReasoning(effort: .low, showsThoughts: true)
        request.tools = [ChatTool(name: "f", parameters: ["type": "object"], isStrict: true), ChatTool(name: "g")]
        request.toolChoice = .allowed(["f", "g"], isRequired: true)
        request.callsOneAtATime = true
        request.output = .json
        request.user = "u"

        let body = try Responses.written(request, policy: .refuse, target: ChatTargetFacts(model: request.model)).body

        #expect(try OpenAIResponsesWire.request(from: body, about: ChatRequestFacts()) == request)
    }
}

extension ChatRequest {
    fileprivate var withoutExtras: ChatRequest {
        var request = self
        request.extras = []
        return request
    }
}
