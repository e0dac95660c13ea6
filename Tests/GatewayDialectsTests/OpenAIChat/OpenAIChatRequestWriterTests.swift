import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Requests written for a provider of OpenAI chat completions")
struct OpenAIChatRequestWriterTests {
    private func number(_ spelling: String) -> JSONNumber { JSONNumber(spelling)! }  // literals of this file

    private func messages(_ turns: ChatTurn..., policy: ChatLosses.Policy = .refuse) throws -> (list: [JSONValue], dropped: [String]) {
        let (body, dropped) = try ChatCompletions.written(ChatCompletions.sample(.anthropic, turns), policy: policy)
        return (try #require(body["messages"]?.array), dropped)
    }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `say everything that both formats know`() throws {
        var request = ChatCompletions.sample(.gemini)
        request.isStreaming = true
        request.system = ["Be brief."]
        request.sampling.outputTokensMax = number("100")
        request.sampling.temperature = number("0.50")
        request.sampling.topP = number("0.9")
        request.sampling.frequencyPenalty = number("1")
        request.sampling.presencePenalty = number("-1")
        request.sampling.seed = number("7")
        request.sampling.stop = ["END"]
        request.reasoning = ChatReasoning(effort: .low)
        request.user = "u"
        request.output = .schema(ChatSchema(schema: ["type": "object"]))

        let (body, dropped) = try ChatCompletions.written(request)

        #expect(
            body
                == (try json(
                    #"""
                    {"model":"provider-model","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
                    "max_completion_tokens":100,"temperature":0.50,"top_p":0.9,"frequency_penalty":1,"presence_penalty":-1,"seed":7,"stop":["END"],
                    "response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}},"reasoning_effort":"low","user":"u",
                    "stream":true,"stream_options":{"include_usage":true}}
                    """#)))
        #expect(dropped.isEmpty)
    }

    @Test func `cap the answer by the old name where the server knows no other`() throws {
        var request = ChatCompletions.sample()
        request.sampling.outputTokensMax = number("100")

        var quirks = ChatQuirks()
        quirks.outputCap = "max_tokens"
        let body = try ChatCompletions.written(request, for: ChatTargetFacts(model: "m", quirks: quirks)).body

        #expect(body.object?.names == ["model", "messages", "max_tokens"])
    }

    @Test func `say no more than they were asked`() throws {
        #expect(try ChatCompletions.written(ChatCompletions.sample()).body.object?.names == ["model", "messages"])
    }

    @Test(arguments: [
        (0, "none"), (1, "low"), (1024, "low"), (8191, "low"), (8192, "medium"), (24_575, "medium"), (24_576, "high"), (100_000, "high"),
    ])
    func `name the nearest lower effort for a budget`(_ tokens: Int, _ effort: String) throws {
        var request = ChatCompletions.sample()
        request.reasoning = ChatReasoning(budgetTokens: tokens)

        #expect(try ChatCompletions.written(request).body["reasoning_effort"]?.string == effort)
    }

    @Test func `leave the effort to a model that decides itself`() throws {
        var request = ChatCompletions.sample()
        request.reasoning = ChatReasoning(isAdaptive: true)

        let (body, dropped) = try ChatCompletions.written(request)

        #expect(body["reasoning_effort"] == nil)
        #expect(dropped.isEmpty)
    }

    @Test(arguments: [
        (ChatFormat.anthropic, "thinking.display"), (.gemini, "generationConfig.thinkingConfig.includeThoughts"),
        (.openAIResponses, "reasoning.summary"),
    ])
    func `say that nobody can ask for thoughts`(_ format: ChatFormat, _ name: String) throws {
        var request = ChatCompletions.sample(format)
        request.reasoning = ChatReasoning(effort: .high, showsThoughts: true)

        let (body, dropped) = try ChatCompletions.written(request)

        #expect(body["reasoning_effort"] == "high")
        #expect(dropped == [name])
    }

    @Test(arguments: [(64, []), (65, ["metadata.user_id"])] as [(Int, [String])])
    func `name an end user only as long as OpenAI takes names`(_ length: Int, _ expected: [String]) throws {
        var request = ChatCompletions.sample()
        request.user = String(repeating: "u", count: length)

        let (body, dropped) = try ChatCompletions.written(request)

        #expect(dropped == expected)
        #expect((body["user"] != nil) == expected.isEmpty)
    }

    @Test func `have no top_k, by the client's name for it`() throws {
        var request = ChatCompletions.sample(.gemini)
        request.sampling.topK = number("40")

        let error = #expect(throws: GatewayError.self) { try ChatCompletions.written(request) }
        let dropped = try ChatCompletions.written(request, policy: .drop).dropped

        guard case .fieldRefused("generationConfig.topK", _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(dropped == ["generationConfig.topK"])
    }

    @Test func `take what only the client's format has by its weight`() throws {
        var request = ChatCompletions.sample()
        request.extras = [ChatExtra("cache_control", .hint), ChatExtra("inference_geo", .tuning)]

        #expect(throws: GatewayError.self) { try ChatCompletions.written(request) }
        #expect(try ChatCompletions.written(request, policy: .drop).dropped == ["cache_control", "inference_geo"])

        request.extras.append(ChatExtra("container", .meaning("it is elsewhere.")))
        #expect(throws: GatewayError.fieldRefused(field: "container", reason: "it is elsewhere.")) {
            try ChatCompletions.written(request, policy: .drop)
        }
    }

    @Test func `write one text as a string and several as parts`() throws {
        let (list, _) = try messages(
            ChatTurn(.user, [.text("a")]), ChatTurn(.assistant, [.text("b"), .text("c")]), ChatTurn(.system, [.text("d")]), ChatTurn(.user, []))

        #expect(
            list
                == (try json(
                    #"""
                    [{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]},
                    {"role":"system","content":"d"},{"role":"user","content":""}]
                    """#)).array)
    }

    @Test func `put several system texts into one message`() throws {
        var request = ChatCompletions.sample()
        request.system = ["a", "b"]

        let first = try ChatCompletions.written(request).body["messages"]?[0]

        #expect(first == (try json(#"{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#)))
    }

    @Test func `write images, sounds and files in the user's messages`() throws {
        let (list, dropped) = try messages(
            ChatTurn(
                .user,
                [
                    .text("a"), .image(ChatMedia(.base64(type: "image/png", data: "iVBO"))),
                    .image(ChatMedia(.url("https://a/b", type: "image/png"))),
                    .audio(ChatMedia(.base64(type: "audio/mpeg", data: "//PE"))), .audio(ChatMedia(.base64(type: "audio/wav", data: "UklG"))),
                    .document(ChatMedia(.base64(type: "application/pdf", data: "JVBE"), title: "a.pdf")),
                    .document(ChatMedia(.base64(type: "application/pdf", data: "JVBE"))), .document(ChatMedia(.text("words"))),
                ]))

        #expect(
            list.first?["content"]
                == (try json(
                    #"""
                    [{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},
                    {"type":"image_url","image_url":{"url":"https://a/b"}},{"type":"input_audio","input_audio":{"data":"//PE","format":"mp3"}},
                    {"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},
                    {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}},
                    {"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBE"}},{"type":"text","text":"words"}]
                    """#)))
        #expect(dropped.isEmpty)
    }

    @Test(arguments: [
        ChatPart.document(ChatMedia(.url("https://a/b.pdf", type: nil))), .audio(ChatMedia(.base64(type: "audio/ogg", data: "T2dn"))),
        .image(ChatMedia(.url("gs://a/b", type: nil))), .audio(ChatMedia(.url("https://a/b.mp3", type: nil))),
    ])
    func `refuse what has no place, whatever the route allows`(_ part: ChatPart) {
        let error = #expect(throws: GatewayError.self) { try messages(ChatTurn(.user, [part], place: "messages[0]"), policy: .drop) }

        guard case .fieldRefused("messages[0]", _) = error else { return #expect(Bool(false)) }
    }

    @Test func `write calls beside the text, and null where there is none`() throws {
        let call = ChatPart.call(ChatCall(id: "toolu_1", name: "f", arguments: #"{"x":9007199254740993}"#, seal: ChatSeal(.thought, "c2ln")))
        let empty = ChatPart.call(ChatCall(id: "toolu_2", name: "g", arguments: ""))
        let (list, dropped) = try messages(
            ChatTurn(.assistant, [.text("a"), call, empty]), ChatTurn(.assistant, [call]), ChatTurn(.assistant, [.refusal("No.")]))

        #expect(
            list
                == (try json(
                    #"""
                    [{"role":"assistant","content":"a","tool_calls":[
                    {"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"x\":9007199254740993}"}},
                    {"id":"toolu_2","type":"function","function":{"name":"g","arguments":"{}"}}]},
                    {"role":"assistant","content":null,"tool_calls":[
                    {"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"x\":9007199254740993}"}}]},
                    {"role":"assistant","content":[{"type":"refusal","refusal":"No."}]}]
                    """#)).array)
        #expect(dropped.isEmpty)
    }

    @Test func `never write thoughts, and name those that are left out`() throws {
        let (list, dropped) = try messages(
            ChatTurn(.assistant, [.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s"))), .text("a")], place: "messages[1]"),
            ChatTurn(.assistant, [.thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "s")))], place: "messages[2]"))

        #expect(list == (try json(#"[{"role":"assistant","content":"a"},{"role":"assistant","content":""}]"#)).array)
        #expect(dropped == ["messages[1].thinking"])
    }

    @Test func `write each result of a round as a message of its own`() throws {
        let (list, dropped) = try messages(
            ChatTurn(
                .tool,
                [
                    .result(ChatResult(id: "a", name: "f", parts: [.text("1")])), .result(ChatResult(id: "b", parts: [.text("2"), .text("3")])),
                    .result(ChatResult(id: "c", parts: [], isError: true, place: "messages[2].content[2]")),
                ]))

        #expect(
            list
                == (try json(
                    #"""
                    [{"role":"tool","tool_call_id":"a","content":"1"},
                    {"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"2"},{"type":"text","text":"3"}]},
                    {"role":"tool","tool_call_id":"c","content":""}]
                    """#)).array)
        #expect(dropped == ["messages[2].content[2].is_error"])
    }
}

@Suite("Images in tool results, for a provider of OpenAI chat completions")
struct OpenAIChatMovedImagesTests {
    private let result = ChatTurn(
        .tool,
        [
            .result(
                ChatResult(
                    id: "a", parts: [.text("1"), .image(ChatMedia(.base64(type: "image/png", data: "iVBO")))], place: "messages[2].content[0]")),
            .result(ChatResult(id: "b", parts: [.text("2")])),
        ], place: "messages[2]")
    private let moved =
        #"{"type":"text","text":"Returned by the call a:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}"#

    private func messages(_ turns: [ChatTurn]) throws -> JSONValue? {
        try ChatCompletions.written(ChatCompletions.sample(.anthropic, turns), policy: .drop).body["messages"]
    }

    private func json(_ text: String) throws -> JSONValue {
        try JSONValue(
            parsing: Array(
                (#"[{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"},"# + text + "]").utf8))
    }

    @Test func `are refused by the place of the result`() {
        let error = #expect(throws: GatewayError.self) { try ChatCompletions.written(ChatCompletions.sample(.anthropic, [result])) }

        guard case .fieldRefused("messages[2].content[0]", let reason) = error else { return #expect(Bool(false)) }
        #expect(reason.contains("lossy: drop"))
    }

    @Test func `are named where they may be moved`() throws {
        #expect(try ChatCompletions.written(ChatCompletions.sample(.anthropic, [result]), policy: .drop).dropped == ["messages[2].content[0]"])
    }

    @Test func `are moved to the beginning of the user's next message`() throws {
        #expect(
            try messages([result, ChatTurn(.user, [.text("And?")])])
                == json(#"{"role":"user","content":[\#(moved),{"type":"text","text":"And?"}]}"#))
    }

    @Test func `are moved into a message of their own where none follows`() throws {
        #expect(try messages([result]) == json(#"{"role":"user","content":[\#(moved)]}"#))
        #expect(
            try messages([result, ChatTurn(.assistant, [.text("b")])])
                == json(#"{"role":"user","content":[\#(moved)]},{"role":"assistant","content":"b"}"#))
    }
}
