import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A whole answer of Anthropic's")
struct AnthropicAnswerTests {
    private func read(_ id: String) throws -> ChatAnswer { try read(Recording.named(id).answer) }

    private func read(_ bytes: [UInt8]) throws -> ChatAnswer {
        try AnthropicWire.answer(from: try JSONValue(parsing: bytes), ids: ChatIDs(seed: "seed1234"))
    }

    private func message(_ content: String, stop: String = "\"end_turn\"", sequence: String = "null") -> [UInt8] {
        Array(#"{"id":"msg_1","type":"message","model":"c","content":[\#(content)],"stop_reason":\#(stop),"stop_sequence":\#(sequence)}"#.utf8)
    }

    @Test func `has thoughts, their signature and what they cost`() throws {
        let answer = try read("anthropic-messages-json-01")

        #expect(answer.id == "msg_011CeCGnymoK3ng7MUgZewsd")
        #expect(answer.model == "claude-haiku-4-5-20251001")
        guard case .thinking(let thinking) = answer.parts[0] else { return #expect(Bool(false)) }
        #expect(thinking.text == "The user wants me to multiply 8 by 2.\n8 × 2 = 16")
        #expect(thinking.seal?.data.hasSuffix("Tua1FWKIaAoy5IUKsRyWxCX1ynEMUu4fzZXBxBgB") == true)
        #expect(answer.parts.dropFirst() == [.text("8 × 2 = **16**")])
        #expect(answer.stop == .finished)
        #expect(answer.usage == Usage(input: 68, output: 44, reasoning: 29))
    }

    @Test func `has a call behind its text`() throws {
        let answer = try read("anthropic-messages-json-02")

        let call = ChatCall(id: "toolu_012guEZNJ5yH5jxHKWAkzCzh", name: "get_news", arguments: #"{"location":"San Francisco"}"#)
        #expect(answer.parts == [.text("Now, let's look at the local news:"), .call(call)])
        #expect(answer.stop == .calls)
        #expect(answer.usage == Usage(input: 471, output: 66))
    }

    @Test func `counts what went into the prompt cache as input`() throws {
        #expect(try read("anthropic-messages-json-03").usage == Usage(input: 1167, output: 187, cacheWrite: 1163))
    }

    @Test func `has the text of what it cites`() throws {
        let answer = try read("anthropic-messages-json-04")

        #expect(answer.parts == [.text("The Ruby programming language was created by Yukihiro Matsumoto in 1993.")])
        #expect(answer.usage == Usage(input: 674, output: 39))
    }

    @Test func `is the JSON that was asked for`() throws {
        let answer = try read("anthropic-messages-json-05")

        guard case .text(let text)? = answer.parts.first else { return #expect(Bool(false)) }
        #expect(try anthropicJSON(text)["rating"] == 7)
        #expect(answer.usage == Usage(input: 222, output: 39))
    }

    @Test func `may be empty`() throws {
        let answer = try read("anthropic-messages-json-06")

        #expect(answer.parts.isEmpty)
        #expect(answer.stop == .finished)
        #expect(answer.usage == Usage(input: 633, output: 9))
    }

    @Test func `has three calls without arguments`() throws {
        let answer = try read("anthropic-messages-json-07")

        let ids = ["toolu_01VAsVzPhMLptxfCiiydc4Th", "toolu_01ECJ6hAdPYb1FpQiLEHkqHo", "toolu_01LpY4UynmfChuqdD8WVbFnr"]
        #expect(answer.parts == ids.map { .call(ChatCall(id: $0, name: "dice_roll", arguments: "{}")) })
        #expect(answer.usage == Usage(input: 596, output: 75))
    }

    @Test(arguments: [
        ("end_turn", ChatStop.finished), ("pause_turn", .finished), ("max_tokens", .length), ("model_context_window_exceeded", .length),
        ("refusal", .filtered), ("stop_sequence", .sequence("END")), ("tool_use", .finished), ("something_new", .finished),
    ])
    func `stops for a reason`(_ reason: String, _ stop: ChatStop) throws {
        #expect(try read(message("", stop: "\"\(reason)\"", sequence: "\"END\"")).stop == stop)
    }

    @Test(arguments: [("end_turn", ChatStop.calls), ("tool_use", .calls), ("max_tokens", .length), ("refusal", .filtered)])
    func `stops for its calls unless they may be cut`(_ reason: String, _ stop: ChatStop) throws {
        #expect(try read(message(#"{"type":"tool_use","id":"a","name":"f"}"#, stop: "\"\(reason)\"")).stop == stop)
    }

    @Test func `leaves out what the provider did by itself, and what nobody knows yet`() throws {
        let answer = try read(
            message(
                #"{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"type":"web_search_tool_result","content":[]},"#
                    + #"{"type":"text","text":""},{"type":"new"},{"type":"text","text":"A"},{"type":"redacted_thinking","data":"r"}"#))

        #expect(answer.parts == [.text("A"), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "r")))])
    }

    @Test func `gets ids for calls without one`() throws {
        #expect(
            try read(message(#"{"type":"tool_use","name":"f","input":{}}"#)).parts == [
                .call(ChatCall(id: "call_seed1234", name: "f", arguments: "{}"))
            ])
    }

    @Test(arguments: [
        (#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, 529, "Overloaded"),
        (#"{"type":"error","error":{"type":"new","message":"x"}}"#, nil, "x"),
        (#"{"type":"error","error":{"type":"authentication_error","message":"bad key sk-1"}}"#, 401, nil),
        (#"{"type":"message","stop_reason":"end_turn"}"#, nil, nil), (#"{"type":"message","content":[]}"#, nil, nil), ("[]", nil, nil),
        (#"{"content":[{"type":"tool_use","id":"a"}],"stop_reason":"tool_use"}"#, nil, nil),
        (#"{"content":[{"type":"tool_use","id":"a","name":"f","input":"x"}],"stop_reason":"tool_use"}"#, nil, nil),
    ])
    func `is none when it is an error or cannot be one`(_ body: String, _ status: Int?, _ message: String?) throws {
        let value = try anthropicJSON(body)
        do throws(ChatFault) {
            _ = try AnthropicWire.answer(from: value, ids: ChatIDs(seed: "seed1234"))
            Issue.record("read")
        } catch {
            #expect(error.status == status)
            #expect(error.message == message)
        }
    }
}

@Suite("A whole answer for a client of Anthropic's")
struct AnthropicAnswerWriterTests {
    private let facts = ChatAnswerFacts(seed: "abc12345", created: 1, model: "alias")

    private func content(_ parts: [ChatPart], shows: Bool = true, stop: ChatStop = .finished) -> JSONValue? {
        var facts = facts
        facts.showsThoughts = shows
        return AnthropicWire.body(of: ChatAnswer(parts: parts, stop: stop), to: facts)["content"]
    }

    @Test func `has the form that the SDK reads`() throws {
        let usage = Usage(input: 100, output: 20, cachedInput: 30, cacheWrite: 10, cacheWriteHour: 5, reasoning: 7)
        let body = AnthropicWire.body(of: ChatAnswer(model: "gpt", parts: [.text("A")], stop: .sequence("END"), usage: usage), to: facts)

        let expected = #"""
            {"id":"msg_abc12345","type":"message","role":"assistant","model":"gpt","content":[{"type":"text","text":"A"}],
            "stop_reason":"stop_sequence","stop_sequence":"END","usage":{"input_tokens":55,"cache_creation_input_tokens":15,
            "cache_read_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":5},
            "output_tokens":20,"output_tokens_details":{"thinking_tokens":7}}}
            """#
        #expect(body == (try anthropicJSON(expected)))
    }

    @Test(arguments: [
        (ChatStop.finished, "end_turn"), (.length, "max_tokens"), (.calls, "tool_use"), (.filtered, "refusal"), (.sequence(nil), "stop_sequence"),
    ])
    func `stops in Anthropic's words`(_ stop: ChatStop, _ word: String) {
        let body = AnthropicWire.body(of: ChatAnswer(parts: [], stop: stop), to: facts)

        #expect(body["stop_reason"] == .string(word))
        #expect(body["stop_sequence"] == .null)
        #expect(body["model"] == "alias")
        #expect(body["usage"] == ["input_tokens": 0, "output_tokens": 0])
    }

    @Test func `has seals in the place of signatures, foreign ones in their envelope`() throws {
        let foreign = ChatSeal(.encrypted, "e", id: "rs_1")
        let content = content([
            .thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s"))), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "r"))),
            .thinking(ChatThinking(text: "Oh", seal: foreign)), .thinking(ChatThinking(text: "Ah")), .refusal("No."),
        ])

        let expected = #"""
            [{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"r"},
            {"type":"thinking","thinking":"Oh","signature":"\#(foreign.envelope)"},{"type":"thinking","thinking":"Ah","signature":""},
            {"type":"text","text":"No."}]
            """#
        #expect(content == (try anthropicJSON(expected)))
    }

    @Test func `hides thoughts but never their seals`() throws {
        let content = content(
            [.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s"))), .thinking(ChatThinking(text: "Ah"))], shows: false)

        #expect(content == (try anthropicJSON(#"[{"type":"thinking","thinking":"","signature":"s"}]"#)))
    }

    @Test func `has the seal of a call behind the call`() throws {
        let seal = ChatSeal(.thought, "t")
        let content = content([.call(ChatCall(id: "call_1", name: "f", arguments: #"{"a":1.0}"#, seal: seal))])

        let expected = #"""
            [{"type":"tool_use","id":"call_1","name":"f","input":{"a":1.0}},{"type":"thinking","thinking":"","signature":"\#(seal.envelope)"}]
            """#
        #expect(content == (try anthropicJSON(expected)))
    }

    @Test func `has no half calls, and shows broken arguments as what they are`() throws {
        let call = ChatPart.call(ChatCall(id: "a", name: "f", arguments: #"{"a":"#))

        #expect(content([.text("A"), call], stop: .length)?.array?.count == 1)
        #expect(content([call], stop: .calls)?[0]?["input"] == ["invalid_arguments": #"{"a":"#])
        #expect(content([.call(ChatCall(id: "a", name: "f", arguments: ""))], stop: .length)?[0]?["input"] == [:])
    }

    @Test(arguments: Recording.anthropicAnswers)
    func `says what it said when read back`(_ recording: Recording) throws {
        let before = try AnthropicWire.answer(from: try JSONValue(parsing: recording.answer), ids: ChatIDs(seed: "seed1234"))

        var after = try AnthropicWire.answer(from: AnthropicWire.body(of: before, to: facts), ids: ChatIDs(seed: "seed1234"))

        after.id = before.id
        #expect(after == before)
    }

    /// What a client keeps of an answer it sends back in the next request, and then it has to mean the same.
    @Test func `comes back as it went out`() throws {
        let parts: [ChatPart] = [
            .thinking(ChatThinking(text: "Hm", seal: ChatSeal(.encrypted, "e.f", id: "rs_1"))), .text("A"),
            .call(ChatCall(id: "a", name: "f", arguments: "{}", seal: ChatSeal(.thought, "t"))),
            .call(ChatCall(id: "b", name: "f", arguments: #"{"x":1}"#)),
        ]
        let written = content(parts, stop: .calls)
        let content = try #require(written)
        let body: JSONValue = [
            "model": "m",
            "messages": [["role": "user", "content": "Hi"], ["role": "assistant", "content": content], ["role": "user", "content": "Go"]],
        ]

        #expect(try AnthropicWire.request(from: body, about: ChatRequestFacts()).turns[1].parts == parts)
    }
}

@Suite("Answers judged on their way through")
struct AnthropicJudgeTests {
    @Test(arguments: Recording.anthropicAnswers)
    func `cost what they say`(_ recording: Recording) throws {
        let answer = try AnthropicWire.answer(from: try JSONValue(parsing: recording.answer), ids: ChatIDs(seed: "seed1234"))

        #expect(AnthropicAnswer.judge(recording.answer, .messages) == .answer(answer.usage))
        #expect(answer.usage != nil)
    }

    @Test func `cost nothing when they are counts`() {
        #expect(AnthropicAnswer.judge(Recording.named("anthropic-count-tokens-json-01").answer, .countTokens) == .answer(nil))
        #expect(AnthropicAnswer.judge(Array("{}".utf8), .countTokens) == .broken(reason: "it has no \"input_tokens\"."))
    }

    @Test(arguments: [("overloaded_error", 529), ("rate_limit_error", 429), ("api_error", 500), ("not_found_error", 404), ("new", nil)])
    func `are errors with a status of their own`(_ type: String, _ status: Int?) {
        let body = Array(#"{"type":"error","error":{"type":"\#(type)","message":"x"}}"#.utf8)

        #expect(AnthropicAnswer.judge(body, .messages) == .error(status: status))
        #expect(AnthropicAnswer.judge(body, .countTokens) == .error(status: status))
    }

    @Test(arguments: ["", "<html>", "[]", "{}", #"{"content":"x"}"#, #"{"content":[]"#])
    func `are broken when they are no message`(_ body: String) {
        guard case .broken = AnthropicAnswer.judge(Array(body.utf8), .messages) else { return #expect(Bool(false)) }
    }
}
