import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Whole answers of OpenAI chat completions")
struct OpenAIChatAnswerTests {
    private func message(_ members: String, reason: String = "stop") throws -> ChatAnswer {
        try ChatCompletions.answer(
            #"{"id":"x","model":"m","choices":[{"index":0,"message":{"role":"assistant",\#(members)},"finish_reason":"\#(reason)"}]}"#)
    }

    @Test(
        arguments: [
            (#""content":null"#, []), (#""content":"""#, []), (#""content":"a","refusal":null"#, [.text("a")]),
            (#""content":null,"refusal":"No.""#, [.refusal("No.")]),
            (#""content":"a","reasoning_content":"Hm""#, [.thinking(ChatThinking(text: "Hm")), .text("a")]),
            (#""content":"a","reasoning":"Hm","reasoning_content":null"#, [.thinking(ChatThinking(text: "Hm")), .text("a")]),
            (
                #""content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"a"}]"#,
                [.thinking(ChatThinking(text: "Hm")), .text("a")]
            ),
            (
                #""content":"a","extra_content":{"google":{"thought_signature":"c2ln"}}"#,
                [.text("a"), .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "c2ln")))]
            ),
            (
                #""content":"a","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":""}}]"#,
                [.text("a"), .call(ChatCall(id: "c", name: "f", arguments: "{}"))]
            ),
            (
                #""content":null,"tool_calls":[{"id":"","function":{"name":"f"}},{"function":{"name":"g","arguments":{"x":1}}}]"#,
                [
                    .call(ChatCall(id: "call_seed1234", name: "f", arguments: "{}")),
                    .call(ChatCall(id: "call_seed1234_1", name: "g", arguments: #"{"x":1}"#)),
                ]
            ),
            (
                #""tool_calls":[{"id":"c","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"name":"f","arguments":"{}"}}]"#,
                [.call(ChatCall(id: "c", name: "f", arguments: "{}", seal: ChatSeal(.thought, "c2ln")))]
            ),
        ] as [(String, [ChatPart])])
    func `hold parts in the order of all formats`(_ members: String, _ parts: [ChatPart]) throws {
        #expect(try message(members).parts == parts)
    }

    @Test(arguments: [
        ("stop", ChatStop.finished), ("length", .length), ("content_filter", .filtered), ("tool_calls", .finished), ("eos", .finished),
    ])
    func `stop for the provider's reason where there are no calls`(_ reason: String, _ stop: ChatStop) throws {
        #expect(try message(#""content":"a""#, reason: reason).stop == stop)
    }

    @Test(arguments: [("stop", ChatStop.calls), ("tool_calls", .calls), ("function_call", .calls), ("length", .length)])
    func `stop for calls where there are any, unless they may be cut`(_ reason: String, _ stop: ChatStop) throws {
        #expect(try message(#""tool_calls":[{"id":"c","function":{"name":"f"}}]"#, reason: reason).stop == stop)
    }

    @Test func `name the stop sequence where the server does`() throws {
        let answer = try ChatCompletions.answer(
            #"{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop","stop_reason":"END"}]}"#)

        #expect(answer.stop == .sequence("END"))
        #expect(answer.id == nil && answer.model == nil && answer.usage == nil)
    }

    @Test func `are the choice with index 0`() throws {
        let answer = try ChatCompletions.answer(
            #"""
            {"choices":[{"index":1,"message":{"content":"b"},"finish_reason":"length"},{"index":0,"message":{"content":"a"},"finish_reason":"stop"}]}
            """#)

        #expect(answer.parts == [.text("a")])
        #expect(answer.stop == .finished)
    }

    @Test(arguments: [
        "[]", "{}", #"{"choices":[]}"#, #"{"choices":[{"index":0,"finish_reason":"stop"}]}"#,
        #"{"choices":[{"message":{"tool_calls":[{"id":"c","function":{"arguments":"{}"}}]}}]}"#,
        #"{"choices":[{"message":{"content":"a"},"finish_reason":"error"}]}"#,
    ])
    func `are faults when there is nothing to tell`(_ body: String) {
        let fault = #expect(throws: ChatFault.self) { try ChatCompletions.answer(body) }

        #expect(fault?.reason.hasSuffix(".") == true)
        #expect(fault?.status == nil)
    }

    @Test(
        arguments: [
            (#"{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}"#, 429, "Slow down"), (#"{"error":"Gone"}"#, nil, "Gone"),
            (#"{"object":"error","message":"Too long","code":400}"#, 400, "Too long"), (#"{"error":{"code":502}}"#, 502, nil),
        ] as [(String, Int?, String?)])
    func `are faults when they report an error`(_ body: String, _ status: Int?, _ message: String?) {
        #expect(throws: ChatFault(status: status, reason: "it reports an error.", message: message)) { try ChatCompletions.answer(body) }
    }

    @Test func `quote no more of an error than 2,000 characters, and no key`() throws {
        let fault = #expect(throws: ChatFault.self) {
            try ChatCompletions.answer(#"{"error":{"message":"Bad key sk-proj-abcdefghijkl: \#(String(repeating: "é", count: 3000))"}}"#)
        }

        let message = try #require(fault?.message)
        #expect(message.hasPrefix("Bad key [key]: éé"))
        #expect(message.count <= 2000)
    }
}

@Suite("Whole answers written for clients of OpenAI chat completions")
struct OpenAIChatAnswerWriterTests {
    private func written(_ answer: ChatAnswer, for facts: ChatAnswerFacts = ChatCompletions.facts) -> JSONValue {
        OpenAIChatWire.body(of: answer, to: facts)
    }
    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `have everything that SDKs look for`() throws {
        let answer = ChatAnswer(
            id: "msg_1", model: "claude", parts: [.text("a"), .text("b")], stop: .finished,
            usage: Usage(
                input: 100, output: 20, cachedInput: 30, cacheWrite: 10, cacheWriteHour: 5, audioInput: 3, reasoning: 12, audioOutput: 2))

        #expect(
            written(answer)
                == (try json(
                    #"""
                    {"id":"chatcmpl-seed1234","object":"chat.completion","created":1700000000,"model":"claude","choices":[{"index":0,
                    "message":{"role":"assistant","content":"ab","refusal":null},"logprobs":null,"finish_reason":"stop"}],
                    "usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
                    "prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":15,"audio_tokens":3},
                    "completion_tokens_details":{"reasoning_tokens":12,"audio_tokens":2}}}
                    """#)))
    }

    @Test func `name the client's model where the provider names none, and count nothing that nobody counted`() {
        let body = written(ChatAnswer(parts: [.text("a")], stop: .finished))

        #expect(body["model"] == "client-model")
        #expect(body["usage"] == nil)
    }

    @Test(arguments: [
        (ChatStop.finished, "stop"), (.sequence("END"), "stop"), (.length, "length"), (.calls, "tool_calls"), (.filtered, "content_filter"),
    ])
    func `say why the model stopped`(_ stop: ChatStop, _ word: String) {
        #expect(written(ChatAnswer(parts: [.text("a")], stop: stop))["choices"]?[0]?["finish_reason"]?.string == word)
    }

    @Test(
        arguments: [
            ([], ChatStop.finished, #"{"role":"assistant","content":"","refusal":null}"#),
            ([], .filtered, #"{"role":"assistant","content":null,"refusal":null}"#),
            ([.refusal("No.")], .finished, #"{"role":"assistant","content":null,"refusal":"No."}"#),
            (
                [.thinking(ChatThinking(text: "Hm")), .text("a")], .finished,
                #"{"role":"assistant","content":"a","refusal":null,"reasoning_content":"Hm"}"#
            ),
            (
                [
                    .call(ChatCall(id: "c", name: "f", arguments: "{}", seal: ChatSeal(.thought, "c2ln"))),
                    .call(ChatCall(id: "d", name: "g", arguments: "")),
                ],
                .calls,
                #"""
                {"role":"assistant","content":null,"refusal":null,"tool_calls":[
                {"id":"c","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"c2ln"}}},
                {"id":"d","type":"function","function":{"name":"g","arguments":"{}"}}]}
                """#
            ),
            (
                [.text("a"), .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "c2ln")))], .finished,
                #"{"role":"assistant","content":"a","refusal":null,"extra_content":{"google":{"thought_signature":"c2ln"}}}"#
            ),
        ] as [([ChatPart], ChatStop, String)])
    func `hold what the model said`(_ parts: [ChatPart], _ stop: ChatStop, _ message: String) throws {
        #expect(written(ChatAnswer(parts: parts, stop: stop))["choices"]?[0]?["message"] == (try json(message)))
    }

    @Test func `keep thoughts from clients that may not see them`() {
        var facts = ChatCompletions.facts
        facts.showsThoughts = false
        let answer = ChatAnswer(parts: [.thinking(ChatThinking(text: "Hm", seal: ChatSeal(.signature, "s"))), .text("a")], stop: .finished)

        #expect(written(answer, for: facts)["choices"]?[0]?["message"]?.object?.names == ["role", "content", "refusal"])
    }

    private static let foreign = ChatSeal(.signature, "EqQB")
    static let thoughts: [(parts: [ChatPart], comesBack: Bool)] = [
        ([.thinking(ChatThinking(text: "Hm", seal: foreign)), .text("a")], true),
        ([.thinking(ChatThinking(text: "", seal: ChatSeal(.encrypted, "gAAA", id: "rs_1"))), .text("a")], true),
        ([.thinking(ChatThinking(text: "Hm", seal: foreign)), .call(ChatCall(id: "c", name: "f", arguments: "{}"))], true),
        // The place holds one seal, and its thoughts are all there are.
        ([.thinking(ChatThinking(text: "Hm", seal: foreign)), .text("a"), .thinking(ChatThinking(text: "So", seal: foreign))], false),
        ([.thinking(ChatThinking(text: "Hm", seal: foreign)), .text("a"), .thinking(ChatThinking(text: "So"))], false),
        ([.thinking(ChatThinking(text: "Hm")), .thinking(ChatThinking(text: "", seal: ChatSeal(.redacted, "s"))), .text("a")], false),
        (
            [
                .text("a"), .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "s"))),
                .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "t"))),
            ], false
        ),
    ]

    @Test(arguments: thoughts)
    func `bring a seal back through a client that echoes the message, or leave it out`(_ parts: [ChatPart], _ comesBack: Bool) throws {
        let message = try #require(written(ChatAnswer(parts: parts, stop: .finished))["choices"]?[0]?["message"])

        let back = try ChatCompletions.request(["model": "m", "messages": [message]]).turns[0].parts

        #expect((message["extra_content"] != nil) == comesBack)
        #expect((back == parts) == comesBack)
    }

    @Test func `read back as they were`() throws {
        let answer = ChatAnswer(
            id: "chatcmpl-seed1234", model: "m",
            parts: [
                .thinking(ChatThinking(text: "Hm")), .text("a"),
                .call(ChatCall(id: "c", name: "f", arguments: #"{"x":1}"#, seal: ChatSeal(.thought, "c2ln"))),
            ], stop: .calls, usage: Usage(input: 9, output: 5, cachedInput: 3, cacheWrite: 2, audioInput: 1, reasoning: 4, audioOutput: 1))

        #expect(try OpenAIChatWire.answer(from: written(answer), ids: ChatCompletions.ids) == answer)
    }
}
