import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses stream, read")
struct OpenAIResponsesStreamReaderTests {
    static let streams = Recording.responses.filter(\.isStream).map(\.id)

    private func told(_ id: String) throws -> ResponsesTold { ResponsesTold(Responses.events(try Recording.named(id).responsesEvents())) }

    // The recordings, and what a person reads in them.

    @Test func `with encrypted reasoning and a call has both`() throws {
        let told = try told("openai-responses-sse-01")

        #expect(told.id == "resp_08207efc227d586b016a85bfb1954c81a2a51d3be56c5d2e82")
        #expect(told.model == "gpt-5-nano-2025-08-07")
        #expect(told.parts.count == 2)
        guard case .thinking(let thinking) = told.parts[0] else { throw Missing() }
        #expect(thinking.text.isEmpty)
        // The seal of `output_item.added` is another one, and shorter.
        #expect(thinking.seal?.data.hasPrefix("gAAAAABqhb-zES3CvFFl88az9nDAIZcvRVoObWmoyuUA37uLjzavi7Jck1i9") == true)
        #expect(thinking.seal?.data.utf8.count == 2232)
        #expect(thinking.seal?.id == "rs_08207efc227d586b016a85bfb21ae881a28b00f7e2e760433e")
        let arguments = #"{"latitude":"48.8575","longitude":"2.3514"}"#
        #expect(told.parts[1] == .call(ChatCall(id: "call_eX5cppckqGeLFEXcFS3pW2cE", name: "weather", arguments: arguments)))
        #expect(told.stop == .calls)
        #expect(told.isFinished)
    }

    @Test func `of plain text is that text`() throws {
        let told = try told("openai-responses-sse-05")

        #expect(told.parts == [.text("1, 2, 3")])
        #expect(told.stop == .finished)
        #expect(told.usage == Usage(input: 11, output: 8))
        #expect(told.isFinished)
    }

    @Test func `of a call without arguments has an empty object`() throws {
        let told = try told("openai-responses-sse-03")

        #expect(told.parts == [.call(ChatCall(id: "call_pv9qy77xbJvTwZWXXSU5cgzV", name: "transfer_to_analytics_agent", arguments: "{}"))])
        #expect(told.stop == .calls)
        #expect(told.usage == Usage(input: 72, output: 14))
    }

    @Test(arguments: streams)
    func `keeps the order of events, whole and cut anywhere`(id: String) throws {
        let recording = Recording.named(id)
        let events = try recording.responsesEvents()
        var reader = OpenAIResponsesWire.reader(ids: ChatIDs(seed: "seed1234"))
        var told: [ChatEvent] = []
        for event in events {
            told += reader.read(event)
            #expect(grammarFault(told + reader.closed()) == nil)
            #expect(told.last == .finish || !told.contains(.finish))
        }
        let usage = ResponsesTold(told).usage
        #expect(usage?.input == recording.statedUsage?.input)
        #expect(usage?.output == recording.statedUsage?.output)
        #expect(told.filter { if case .start = $0 { true } else { false } }.count == 1)
        #expect(told.last == .finish)
    }

    @Test(arguments: streams)
    func `tells what its last event repeats`(id: String) throws {
        let events = try Recording.named(id).responsesEvents()
        let last = try #require(events.last { $0.isNamed("response.completed") })
        let whole = try #require(try JSONValue(parsing: Array(last.data))["response"])

        let answer = try Responses.answer(whole)
        let told = ResponsesTold(Responses.events(events))

        #expect(told.parts.map(\.withoutSeal) == answer.parts.map(\.withoutSeal))
        #expect(told.stop == answer.stop)
        #expect(told.usage == answer.usage)
    }

    // What no recording has.

    @Test(arguments: streams)
    func `tells the same without the deltas`(id: String) throws {
        let events = try Recording.named(id).responsesEvents()
        let whole = ResponsesTold(Responses.events(events))

        #expect(ResponsesTold(Responses.events(events.filter { $0.name?.hasSuffix(".delta") == false })) == whole)
        #expect(
            ResponsesTold(Responses.events(events.filter { $0.name?.hasSuffix("item.done") == true || $0.name?.hasPrefix("response.c") == true }))
                == whole)
        let ends = events.filter { $0.isNamed("response.completed") || $0.isNamed("response.created") }
        #expect(ResponsesTold(Responses.events(ends)).parts.map(\.withoutSeal) == whole.parts.map(\.withoutSeal))
    }

    @Test(arguments: streams)
    func `needs no event names, no beginnings and no stable ids`(id: String) throws {
        let events = try Recording.named(id).responsesEvents()
        let whole = ResponsesTold(Responses.events(events))
        let unnamed = try events.map { event in
            var bytes: [UInt8] = []
            SSEWriter.append(event: nil, data: Array(event.data), to: &bytes)
            return try Responses.sse(bytes)[0]
        }
        let unborn = events.filter { $0.name?.hasSuffix(".added") == false }
        let renamed = try events.enumerated().map { number, event in
            var data = try JSONValue(parsing: Array(event.data))
            if data["item_id"] != nil { data["item_id"] = "id_\(number)" }
            return try Responses.sse(event: data)
        }

        #expect(Responses.events(unnamed) == Responses.events(events))
        #expect(ResponsesTold(Responses.events(unborn)).parts == whole.parts)
        #expect(ResponsesTold(Responses.events(renamed)) == whole)
    }

    @Test func `whose items interleave tells one after another`() throws {
        let told = ResponsesTold(
            try Responses.events(
                #"{"type":"response.created","response":{"id":"r","model":"m"}}"#,
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"a","call_id":"c1","name":"f","arguments":""}}"#,
                #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"b","call_id":"c2","name":"g","arguments":""}}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"b","delta":"{\"b\""}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"a","delta":"{\"a\":1}"}"#,
                #"{"type":"response.output_text.delta","output_index":2,"item_id":"m","content_index":0,"delta":"te"}"#,
                #"{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"b","delta":":2}"}"#,
                #"{"type":"response.output_text.delta","output_index":2,"item_id":"m","content_index":0,"delta":"xt"}"#,
                #"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"b","call_id":"c2","name":"g","arguments":"{\"b\":2}"}}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"a","call_id":"c1","name":"f","arguments":"{\"a\":1}"}}"#,
                #"{"type":"response.completed","response":{"status":"completed","output":[]}}"#))

        #expect(
            told.parts == [
                .call(ChatCall(id: "c1", name: "f", arguments: #"{"a":1}"#)), .call(ChatCall(id: "c2", name: "g", arguments: #"{"b":2}"#)),
                .text("text"),
            ])
        #expect(told.isFinished)
    }

    @Test func `joins summaries and thoughts, and parts the texts of a message`() throws {
        let told = ResponsesTold(
            try Responses.events(
                #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"a"}"#,
                #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"b"}"#,
                #"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"c"}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"s"}}"#,
                #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"x"}"#,
                #"{"type":"response.refusal.delta","output_index":1,"content_index":1,"delta":"no"}"#,
                #"{"type":"response.refusal.done","output_index":1,"content_index":1,"refusal":"no"}"#,
                #"{"type":"response.content_part.done","output_index":1,"content_index":2,"part":{"type":"output_text","text":"y"}}"#,
                #"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}}"#))

        #expect(
            told.parts == [
                .thinking(ChatThinking(text: "a\n\nb\n\nc", seal: ChatSeal(.encrypted, "s", id: "rs_1"))), .text("x"), .refusal("no"), .text("y"),
            ])
        #expect(told.stop == .filtered)
    }

    @Test func `waits for a call's name, and mints the id that never comes`() throws {
        let events = try Responses.events(
            #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"a","delta":"{\"a\""}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"a","delta":":1}"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"a","name":"f","arguments":"{\"a\":1}"}}"#,
            #"{"type":"response.completed","response":{}}"#)

        #expect(grammarFault(events) == nil)
        #expect(ResponsesTold(events).parts == [.call(ChatCall(id: "call_seed1234", name: "f", arguments: #"{"a":1}"#))])
        #expect(ResponsesTold(events).stop == .calls)
    }

    @Test func `survives a server that gives every item the same index`() throws {
        let told = ResponsesTold(
            try Responses.events(
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"m1","content":[]}}"#,
                #"{"type":"response.output_text.delta","output_index":0,"item_id":"m1","delta":"a"}"#,
                #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"f1","call_id":"c","name":"f","arguments":"{}"}}"#,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"f1","call_id":"c","name":"f","arguments":"{}"}}"#,
                #"{"type":"response.completed","response":{"output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}]}}"#))

        #expect(told.parts == [.text("a"), .call(ChatCall(id: "c", name: "f", arguments: "{}"))])
        #expect(told.isFinished)
    }

    @Test(
        arguments: [
            (#"{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Slow."}}}"#, 429, "Slow."),
            (#"{"type":"error","code":"server_error","message":"Oh.","param":null,"sequence_number":2}"#, 500, "Oh."),
            (#"{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"Broke."}}"#, 429, "Broke."),
            (#"{"error":{"type":"server_error","message":"Oh."}}"#, 500, "Oh."), (#"{"type":"response.failed","response":{}}"#, nil, nil),
            (#"{"type":"response.completed"}"#, nil, nil), ("[]", nil, nil),
        ] as [(String, Int?, String?)])
    func `ends with a failure where it fails, and says nothing after it`(last: String, status: Int?, message: String?) throws {
        let created = #"{"type":"response.created","response":{"id":"r","model":"m"}}"#
        let delta = #"{"type":"response.output_text.delta","output_index":0,"delta":"x"}"#

        let events = try Responses.events(created, delta, last, delta, #"{"type":"response.completed","response":{"output":[]}}"#)

        guard case .failure(let fault)? = events.last else { throw Missing() }
        #expect(fault.status == status)
        #expect(fault.message == message)
        #expect(events.count == 4)
        #expect(grammarFault(events) == nil)
    }

    @Test func `that is not JSON fails`() throws {
        let events = Responses.events(try Responses.sse(Array("data: {\"type\":\n\n".utf8)))

        #expect(events == [.failure(ChatFault(reason: "an event of its stream is not JSON."))])
    }

    @Test func `passes over what it does not know`() throws {
        let events = try Responses.sse(
            Array(": hello\n\ndata: [DONE]\n\nevent: response.new\ndata: {\"type\":\"response.new\"}\n\ndata: {\"a\":1}\n\n".utf8))

        #expect(Responses.events(events).isEmpty)
    }

    @Test func `goes on with usage when it fails after that`() throws {
        let events = try Responses.events(
            #"{"type":"response.created","response":{"id":"r","model":"m"}}"#,
            #"{"type":"response.failed","response":{"error":{"code":"server_error","message":"x"},"usage":{"input_tokens":3,"output_tokens":4}}}"#)

        #expect(ResponsesTold(events).usage == Usage(input: 3, output: 4))
    }

    private struct Missing: Error {}
}

extension ChatPart {
    /// Without the seal: OpenAI makes a new one every time it repeats an item.
    fileprivate var withoutSeal: ChatPart {
        if case .thinking(let thinking) = self { .thinking(ChatThinking(text: thinking.text)) } else { self }
    }
}
