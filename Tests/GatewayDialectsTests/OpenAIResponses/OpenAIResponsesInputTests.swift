import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Items of a responses request")
struct OpenAIResponsesInputTests {
    private func items(_ items: String) throws -> ChatRequest { try Responses.request(#"{"model":"m","input":[\#(items)]}"#) }

    @Test func `that instruct are the system's at the beginning and turns later`() throws {
        let request = try Responses.request(
            #"""
            {"model":"m","instructions":"A","input":[{"role":"developer","content":"B"},
            {"type":"message","role":"system","content":[{"type":"input_text","text":"C"},{"type":"input_text","text":"D"}]},
            {"role":"user","content":"Q"},{"role":"developer","content":"E"}]}
            """#)

        #expect(request.system == ["A", "B", "C", "D"])
        #expect(request.turns == [ChatTurn(.user, [.text("Q")]), ChatTurn(.system, [.text("E")])])
    }

    @Test func `of the model without a result between are one turn`() throws {
        let request = try items(
            #"""
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],
            "content":[{"type":"reasoning_text","text":"c"}],"encrypted_content":"s"},
            {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]},
            {"type":"refusal","refusal":"no"}]},
            {"type":"function_call","id":"fc_1","status":"completed","call_id":"c1","name":"f","arguments":""},
            {"type":"function_call","call_id":"c2","name":"g","arguments":"{\"n\":1}"},
            {"type":"function_call_output","call_id":"c1","output":""},
            {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"r"},
            {"type":"input_image","image_url":"https://x/y.png"}]}
            """#)

        #expect(
            request.turns == [
                ChatTurn(
                    .assistant,
                    [
                        .thinking(ChatThinking(text: "a\n\nb\n\nc", seal: ChatSeal(.encrypted, "s", id: "rs_1"))), .text("t"), .refusal("no"),
                        .call(ChatCall(id: "c1", name: "f", arguments: "{}")), .call(ChatCall(id: "c2", name: "g", arguments: #"{"n":1}"#)),
                    ]),
                ChatTurn(
                    .tool,
                    [
                        .result(ChatResult(id: "c1", parts: [])),
                        .result(ChatResult(id: "c2", parts: [.text("r"), .image(ChatMedia(.url("https://x/y.png", type: nil)))])),
                    ]),
            ])
        #expect(request.turns[0].place == "input[0]")
        #expect(request.extras.isEmpty)
    }

    @Test func `that OpenAI keeps or its tools left are refused by their place`() throws {
        let values = [
            #"{"id":"msg_1"}"#, #"{"type":"item_reference","id":"msg_1"}"#, #"{"type":"web_search_call","id":"ws_1"}"#,
            #"{"type":"mcp_call","id":"mcp_1"}"#, #"{"type":"compaction","encrypted_content":"x"}"#,
        ]
        for value in values {
            let request = try items(#"{"role":"user","content":"x"},\#(value)"#)
            #expect(try Responses.refusedField { try Responses.written(request) } == "input[1]")
        }
        let file = try items(#"{"role":"user","content":[{"type":"input_file","file_id":"file_1"}]}"#)
        #expect(try Responses.refusedField { try Responses.written(file) } == "input[0].content[0].file_id")
    }

    @Test func `may carry labels that are no loss, hints, and members that nobody knows`() throws {
        let request = try items(
            #"""
            {"role":"user","content":[{"type":"input_image","image_url":"https://x/y.png","detail":"high"}],
            "internal_chat_message_metadata_passthrough":{}},
            {"role":"assistant","phase":"final_answer","content":[{"type":"output_text","text":"t","annotations":[{"type":"url_citation"}]}]},
            {"role":"assistant","phase":"final_answer","id":"msg_1","status":"completed","content":"u","foo":1},
            {"type":"function_call","call_id":"c","name":"f","arguments":"{}","namespace":"n"}
            """#)

        #expect(
            request.extras.map(\.field) == [
                "input[].internal_chat_message_metadata_passthrough", "input[0].content[0].detail", "input[].phase",
                "input[1].content[0].annotations", "input[2].foo", "input[3].namespace",
            ])
        #expect(request.extras.filter { $0.weight == .hint }.count == 4)
        #expect(request.extras[4].weight == .tuning)
    }

    @Test(arguments: [
        (
            #""file_data":"data:text/csv;charset=utf-8;base64,QQ==","filename":"a.csv""#,
            ChatMedia(.base64(type: "text/csv", data: "QQ=="), title: "a.csv")
        ),
        (#""file_data":"QQ==","filename":"notes.txt""#, ChatMedia(.base64(type: "text/plain", data: "QQ=="), title: "notes.txt")),
        (#""file_data":"QQ==""#, ChatMedia(.base64(type: "application/pdf", data: "QQ=="))),
        (#""file_url":"https://x/y.pdf""#, ChatMedia(.url("https://x/y.pdf", type: nil))),
    ])
    func `with files know their types`(members: String, media: ChatMedia) throws {
        let request = try items(#"{"role":"user","content":[{"type":"input_file",\#(members)}]}"#)

        #expect(request.turns == [ChatTurn(.user, [.document(media)])])
    }

    @Test func `with sound are read, though OpenAI's own format does not take them back`() throws {
        let request = try items(#"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"QQ==","format":"wav"}}]}"#)

        #expect(request.turns == [ChatTurn(.user, [.audio(ChatMedia(.base64(type: "audio/wav", data: "QQ==")))])])
        #expect(try Responses.refusedField { try Responses.written(request) } == "input[0]")
    }
}
