import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Messages of OpenAI chat completions")
struct OpenAIChatMessagesTests {
    private func extras(_ message: String) throws -> [ChatExtra] {
        try ChatCompletions.request(#"{"model":"m","messages":[{"role":"user","content":"Hi"},\#(message)]}"#).extras
    }

    private func userPart(_ part: String) throws -> [ChatPart] {
        try ChatCompletions.lastParts(ofMessages: #"{"role":"user","content":[\#(part)]}"#)
    }

    @Test(
        arguments: [
            (#"{"type":"text","text":"a"}"#, [.text("a")]), (#"{"type":"text","text":""}"#, []),
            (
                #"{"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"auto"}}"#,
                [.image(ChatMedia(.url("https://example.com/a.png", type: nil)))]
            ),
            (
                #"{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0K"}}"#,
                [.image(ChatMedia(.base64(type: "image/png", data: "iVBORw0K")))]
            ),
            (
                #"{"type":"image_url","image_url":{"url":"DATA:Image/PNG;charset=utf-8;name=a;Base64,iVBORw0K"}}"#,
                [.image(ChatMedia(.base64(type: "image/png", data: "iVBORw0K")))]
            ),
            (
                #"{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}"#,
                [.audio(ChatMedia(.base64(type: "audio/wav", data: "UklG")))]
            ),
            (
                #"{"type":"input_audio","input_audio":{"data":"//PE","format":"mp3"}}"#,
                [.audio(ChatMedia(.base64(type: "audio/mp3", data: "//PE")))]
            ),
            (
                #"{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}}"#,
                [.document(ChatMedia(.base64(type: "application/pdf", data: "JVBERi0="), title: "a.pdf"))]
            ),
        ] as [(String, [ChatPart])])
    func `hold texts, images, sounds and files`(_ part: String, _ expected: [ChatPart]) throws {
        #expect(try userPart(part) == expected)
    }

    @Test(arguments: [
        (#"{"type":"image_url","image_url":{"url":"https://a/b","detail":"high"}}"#, "image_url.detail"),
        (#"{"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}}"#, "prompt_cache_breakpoint"),
        (#"{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}"#, "cache_control"),
    ])
    func `have hints in their parts`(_ part: String, _ name: String) throws {
        #expect(try extras(#"{"role":"user","content":[\#(part)]}"#) == [ChatExtra("messages[1].content[0]." + name, .hint)])
    }

    @Test(arguments: [
        (#"{"role":"user","content":"a","name":"Bob"}"#, "messages[1].name"),
        (#"{"role":"user","content":[{"type":"text","text":"a","new":1}]}"#, "messages[1].content[0].new"),
        (#"{"role":"assistant","content":"a","prefix":true}"#, "messages[1].prefix"),
        (
            #"{"role":"assistant","tool_calls":[{"id":"a","type":"function","new":1,"function":{"name":"f","arguments":"{}"}}]}"#,
            "messages[1].tool_calls[0].new"
        ),
    ])
    func `name what nobody knows, with its place`(_ message: String, _ name: String) throws {
        #expect(try extras(message) == [ChatExtra(name, .tuning)])
    }

    @Test(arguments: [
        (#"{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}"#, "messages[1].content[0].file.file_id"),
        (#"{"role":"assistant","audio":{"id":"audio_1"}}"#, "messages[1].audio"),
        (#"{"role":"assistant","function_call":{"name":"f","arguments":"{}"}}"#, "messages[1].function_call"),
        (#"{"role":"function","name":"f","content":"x"}"#, "messages[1]"),
        (#"{"role":"assistant","tool_calls":[{"id":"a","type":"mcp","mcp":{"name":"c","input":"x"}}]}"#, "messages[1].tool_calls[0]"),
    ])
    func `hold things that mean nothing to another provider`(_ message: String, _ name: String) throws {
        let extras = try extras(message)

        #expect(extras.map(\.field) == [name])
        guard case .meaning? = extras.first?.weight else { return #expect(Bool(false)) }
    }

    @Test(arguments: [
        ("null", "messages[0]"), (#"{"content":"a"}"#, "messages[0].role"), (#"{"role":"robot","content":"a"}"#, "messages[0].role"),
        (#"{"role":"user"}"#, "messages[0].content"), (#"{"role":"user","content":null}"#, "messages[0].content"),
        (#"{"role":"user","content":1}"#, "messages[0].content"), (#"{"role":"user","content":["a"]}"#, "messages[0].content[0]"),
        (#"{"role":"user","content":[{"type":"video_url"}]}"#, "messages[0].content[0].type"),
        (#"{"role":"user","content":[{"type":"refusal","refusal":"a"}]}"#, "messages[0].content[0].type"),
        (#"{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://a/b"}}]}"#, "messages[0].content[0].type"),
        (#"{"role":"user","content":[{"type":"text"}]}"#, "messages[0].content[0].text"),
        (#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}"#, "messages[0].content[0].image_url.url"),
        (#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,"}}]}"#, "messages[0].content[0].image_url.url"),
        (#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:;base64,AAAA"}}]}"#, "messages[0].content[0].image_url.url"),
        (#"{"role":"user","content":[{"type":"image_url","image_url":"https://a/b"}]}"#, "messages[0].content[0].image_url"),
        (
            #"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"a","format":"ogg"}}]}"#,
            "messages[0].content[0].input_audio.format"
        ),
        (#"{"role":"user","content":[{"type":"file","file":{"filename":"a"}}]}"#, "messages[0].content[0].file.file_data"),
        (#"{"role":"user","content":[{"type":"file","file":{"file_data":"JVBERi0="}}]}"#, "messages[0].content[0].file.file_data"),
        (#"{"role":"tool","content":"a"}"#, "messages[0].tool_call_id"),
        (#"{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f"}}]}"#, "messages[0].tool_calls[0].id"),
        (#"{"role":"assistant","tool_calls":[{"id":"a","type":"function"}]}"#, "messages[0].tool_calls[0].function"),
        (
            #"{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{}}}]}"#,
            "messages[0].tool_calls[0].function.arguments"
        ),
    ])
    func `are refused with the place of what is wrong`(_ message: String, _ field: String) {
        let error = #expect(throws: GatewayError.self) { try ChatCompletions.request(#"{"model":"m","messages":[\#(message)]}"#) }

        guard case .fieldRefused(field, let reason) = error else { return #expect(error == .fieldRefused(field: field, reason: "")) }
        #expect(!reason.contains("passwd") && !reason.contains("robot"))
    }

    @Test(arguments: ["null", "[]", #""Hi""#])
    func `are a list with one at least`(_ list: String) {
        #expect(
            throws: GatewayError.fieldRefused(
                field: "messages", reason: list == #""Hi""# ? "it must be a list." : "it must be a list with one message at least.")
        ) {
            try ChatCompletions.request(#"{"model":"m","messages":\#(list)}"#)
        }
    }

    @Test func `of the assistant hold thoughts, prose, refusal and calls, in that order`() throws {
        let parts = try ChatCompletions.lastParts(
            ofMessages: #"""
                {"role":"assistant","tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f"}}],"refusal":"No.",
                "content":[{"type":"text","text":"A"},{"type":"refusal","refusal":"B"}],"reasoning_content":"Hm","annotations":[],"audio":null}
                """#)

        #expect(
            parts == [
                .thinking(ChatThinking(text: "Hm")), .text("A"), .refusal("B"), .refusal("No."), .call(ChatCall(id: "a", name: "f", arguments: "{}")),
            ])
    }

    @Test(arguments: [
        (#""reasoning_content":"a","reasoning":"b""#, "a"), (#""reasoning":"b""#, "b"), (#""reasoning_content":"","reasoning":"b""#, "b"),
    ])
    func `of the assistant have thoughts by either name`(_ members: String, _ thoughts: String) throws {
        let parts = try ChatCompletions.lastParts(ofMessages: #"{"role":"assistant","content":"x",\#(members)}"#)

        #expect(parts == [.thinking(ChatThinking(text: thoughts)), .text("x")])
    }

    @Test func `of the assistant may be empty`() throws {
        #expect(try ChatCompletions.lastParts(ofMessages: #"{"role":"assistant","content":null}"#).isEmpty)
        #expect(try ChatCompletions.lastParts(ofMessages: #"{"role":"assistant","content":""}"#).isEmpty)
    }

    @Test(arguments: ["google", "vertex"])
    func `keep Gemini's seal on a call`(_ provider: String) throws {
        let parts = try ChatCompletions.lastParts(
            ofMessages: #"""
                {"role":"assistant","tool_calls":[{"id":"a","type":"function","extra_content":{"\#(provider)":{"thought_signature":"c2ln"}},
                "function":{"name":"f","arguments":"{}"}}]}
                """#)

        #expect(parts == [.call(ChatCall(id: "a", name: "f", arguments: "{}", seal: ChatSeal(.thought, "c2ln")))])
    }

    @Test func `bring back another provider's seal with the thoughts that it belongs to`() throws {
        let seal = ChatSeal(.signature, "EqQB")

        let parts = try ChatCompletions.lastParts(
            ofMessages: #"""
                {"role":"assistant","content":"x","reasoning_content":"Hm","extra_content":{"google":{"thought_signature":"\#(seal.envelope)"}}}
                """#)

        #expect(parts == [.thinking(ChatThinking(text: "Hm", seal: seal)), .text("x")])
    }

    @Test func `bring back Gemini's seal of a text behind the text`() throws {
        let parts = try ChatCompletions.lastParts(
            ofMessages: #"{"role":"assistant","content":"x","reasoning":"Hm","extra_content":{"google":{"thought_signature":"c2ln"}}}"#)

        #expect(
            parts == [.thinking(ChatThinking(text: "Hm")), .text("x"), .thinking(ChatThinking(text: "", seal: ChatSeal(.thought, "c2ln")))])
    }

    @Test func `of a tool may hold images and files, which other formats take`() throws {
        let parts = try ChatCompletions.lastParts(
            ofMessages: #"""
                {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://a/b"}}]}
                """#)

        #expect(parts == [.result(ChatResult(id: "a", parts: [.text("x"), .image(ChatMedia(.url("https://a/b", type: nil)))]))])
    }

    @Test func `of a tool name the function only where no call does`() throws {
        let call = #"{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}"#
        let result = #"{"role":"tool","tool_call_id":"a","name":"f","content":"x"}"#

        #expect(try ChatCompletions.lastParts(ofMessages: call + "," + result) == [.result(ChatResult(id: "a", parts: [.text("x")]))])
        #expect(try ChatCompletions.lastParts(ofMessages: result) == [.result(ChatResult(id: "a", name: "f", parts: [.text("x")]))])
    }
}
