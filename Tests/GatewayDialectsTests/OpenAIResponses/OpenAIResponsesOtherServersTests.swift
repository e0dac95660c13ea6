import Testing

@testable import GatewayDialects

@Suite("Responses streams of other servers")
struct OpenAIResponsesOtherServersTests {
    private func told(_ events: String...) throws -> ResponsesTold {
        ResponsesTold(Responses.events(try events.map { try Responses.sse(event: try Responses.json($0)) }))
    }

    @Test func `may name neither an index nor an id`() throws {
        let told = try told(
            #"{"type":"response.created","response":{}}"#,
            #"{"type":"response.output_text.delta","delta":"a"}"#,
            #"{"type":"response.output_item.done","item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}}"#,
            #"{"type":"response.output_item.done","item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"b"}]}}"#,
            #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}"#,
            #"{"type":"response.completed","response":{"id":"r"}}"#)

        #expect(told.parts == [.text("a"), .text("b"), .call(ChatCall(id: "c", name: "f", arguments: "{}"))])
        #expect(told.stop == .calls)
    }

    @Test func `may give thoughts and text the same index`() throws {
        let told = try told(
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"item_id":"rs","summary_index":0,"delta":"hm"}"#,
            #"{"type":"response.output_text.delta","output_index":0,"item_id":"msg","content_index":0,"delta":"a"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"hm"}]}}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg","content":[{"type":"output_text","text":"a"}]}}"#,
            #"{"type":"response.completed","response":{"output":[]}}"#)

        #expect(told.parts == [.thinking(ChatThinking(text: "hm")), .text("a")])
        #expect(told.isFinished)
    }

    @Test func `may forget that items are done`() throws {
        let told = try told(
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"f","call_id":"c","name":"f","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"f","delta":"{\"a\":1}"}"#,
            #"{"type":"response.output_text.delta","output_index":1,"item_id":"m","delta":"x"}"#,
            #"{"type":"response.incomplete","response":{}}"#)

        #expect(told.parts == [.call(ChatCall(id: "c", name: "f", arguments: #"{"a":1}"#)), .text("x")])
        #expect(told.stop == .length)
    }

    @Test func `may leave out of the stream what the last event has, which is not told twice`() throws {
        let told = try told(
            #"{"type":"response.output_text.delta","output_index":0,"item_id":"m","delta":"a"}"#,
            #"{"type":"response.completed","response":{"output":[{"type":"reasoning","id":"rs","summary":[]},"#
                + #"{"type":"message","id":"m","content":[{"type":"output_text","text":"a"}]}]}}"#)

        #expect(told.parts == [.text("a")])
    }

    @Test func `that call a function without a name fail`() throws {
        let told = try told(
            #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"f","delta":"{}"}"#,
            #"{"type":"response.completed","response":{}}"#)

        #expect(told.failure == ChatFault(reason: "it calls a function without a name."))
        #expect(!told.isFinished)
    }
}
