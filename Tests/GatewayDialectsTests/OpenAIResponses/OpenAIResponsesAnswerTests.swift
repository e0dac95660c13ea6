import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses answer, read")
struct OpenAIResponsesAnswerReaderTests {
    // The recordings, and what a person reads in them.

    @Test func `with encrypted reasoning and text has both, and its counts`() throws {
        let answer = try Responses.answer(recorded: "openai-responses-json-01")

        #expect(answer.id == "resp_025c9f619dc088db016a85bf7db1e881a0953799e77899eac2")
        #expect(answer.model == "gpt-5-nano-2025-08-07")
        #expect(answer.parts.count == 2)
        guard case .thinking(let thinking) = answer.parts[0] else { throw Missing() }
        #expect(thinking.text.isEmpty)
        #expect(thinking.seal?.id == "rs_025c9f619dc088db016a85bf7ebcf481a0b70fa3180ab4d465")
        #expect(thinking.seal?.data.utf8.count == 3704)
        let text = "Current weather in Paris (48.8575, 2.3514): 15\u{B0}C, wind 10 km/h. Want an hourly forecast or precipitation chances?"
        #expect(answer.parts[1] == .text(text))
        #expect(answer.stop == .finished)
        #expect(answer.usage == Usage(input: 267, output: 510, reasoning: 448))
    }

    @Test func `with a call stops for calls`() throws {
        let answer = try Responses.answer(recorded: "openai-responses-json-02")

        #expect(answer.parts == [.call(ChatCall(id: "call_u7hc7oWBn1bvGlcSegpiJOiJ", name: "get_weather", arguments: #"{"location":"Paris"}"#))])
        #expect(answer.stop == .calls)
        #expect(answer.usage == Usage(input: 58, output: 6))
    }

    @Test func `leaves out a server's tool at work`() throws {
        let answer = try Responses.answer(recorded: "openai-responses-json-04")

        #expect(answer.parts.count == 1)
        guard case .text(let text) = answer.parts[0] else { throw Missing() }
        #expect(text.hasPrefix("Here are some recent developments in the field of artificial intelligence:"))
        #expect(answer.stop == .finished)
        #expect(answer.usage == Usage(input: 319, output: 650))
    }

    // What no recording has.

    @Test func `that is incomplete says why, calls or not`() throws {
        let call = #"{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":"}"#
        let cut = try Responses.answer(#"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[\#(call)]}"#)
        let filtered = try Responses.answer(#"{"status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]}"#)

        #expect(cut.stop == .length)
        #expect(cut.parts == [.call(ChatCall(id: "c", name: "f", arguments: #"{"a":"#))])
        #expect(filtered.stop == .filtered)
        #expect(try Responses.answer(#"{"status":"incomplete","output":[]}"#).stop == .length)
    }

    @Test func `has refusals, several texts, summaries and raw thoughts`() throws {
        let answer = try Responses.answer(
            #"""
            {"output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],
            "content":[{"type":"reasoning_text","text":"c"}]},{"type":"reasoning","id":"rs_2","summary":[]},
            {"type":"message","content":[{"type":"output_text","text":"x"},{"type":"output_text","text":""},{"type":"refusal","refusal":"no"}]},
            {"type":"function_call","name":"f","arguments":""},{"type":"function_call","call_id":"","name":"g"},{"type":"new_thing"}]}
            """#)

        #expect(
            answer.parts == [
                .thinking(ChatThinking(text: "a\n\nb\n\nc")), .text("x"), .refusal("no"),
                .call(ChatCall(id: "call_seed1234", name: "f", arguments: "{}")),
                .call(ChatCall(id: "call_seed1234_1", name: "g", arguments: "{}")),
            ])
        #expect(answer.stop == .calls)
        #expect(answer.usage == nil)
    }

    @Test func `counts cache reads and writes as parts of the input`() throws {
        let answer = try Responses.answer(
            #"""
            {"output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},"output_tokens":20,
            "output_tokens_details":{"reasoning_tokens":5},"total_tokens":120}}
            """#)

        #expect(answer.usage == Usage(input: 100, output: 20, cachedInput: 60, cacheWrite: 30, reasoning: 5))
        #expect(answer.usage?.uncachedInput == 10)
    }

    @Test(
        arguments: [
            (#"{"status":"failed","error":{"code":"rate_limit_exceeded","message":"Slow down."},"output":[]}"#, 429, "Slow down."),
            (#"{"status":"failed","error":{"code":"server_error","message":"Oh."}}"#, 500, "Oh."),
            (#"{"error":{"code":"invalid_prompt","message":"Bad."},"output":[]}"#, 400, "Bad."),
            (#"{"error":{"code":"image_too_large","message":"Big."},"output":[]}"#, 400, "Big."),
            (#"{"error":{"code":"invalid_api_key","message":"Incorrect API key provided: sk-1"}}"#, 401, nil), (#"{"status":"failed"}"#, nil, nil),
            (#"{"status":"failed","error":{"code":"never_heard_of","message":"?"}}"#, nil, "?"),
        ] as [(String, Int?, String?)])
    func `that is an error is a fault with its status, and no words about the gateway's key`(text: String, status: Int?, message: String?) throws {
        do {
            _ = try Responses.answer(text)
            Issue.record("it was read")
        } catch let fault as ChatFault {
            #expect(fault.status == status)
            #expect(fault.message == message)
        }
    }

    @Test(arguments: [
        "[]", "{}", #"{"output":{}}"#, #"{"status":"in_progress","output":[]}"#, #"{"output":[{"type":"function_call","call_id":"c"}]}"#,
    ])
    func `that is none is a fault`(text: String) {
        #expect(throws: ChatFault.self) { try Responses.answer(text) }
    }

    @Test func `bounds the provider's own words`() throws {
        let long = String(repeating: "x", count: 10_000)
        do {
            _ = try Responses.answer(#"{"error":{"code":"server_error","message":"\#(long)"}}"#)
        } catch let fault as ChatFault {
            #expect(fault.message?.count == 500)
        }
    }

    private struct Missing: Error {}
}

@Suite("A responses answer, written")
struct OpenAIResponsesAnswerWriterTests {
    private let sealed = ChatCall(id: "c1", name: "f", arguments: #"{"a":1}"#, seal: ChatSeal(.thought, "sig"))

    @Test func `has all that official clients insist on`() throws {
        let usage = Usage(input: 100, output: 20, cachedInput: 60, cacheWrite: 10, cacheWriteHour: 20, reasoning: 5)
        let answer = ChatAnswer(
            id: "msg_x", model: "claude",
            parts: [.thinking(ChatThinking(text: "hm", seal: ChatSeal(.signature, "s"))), .text("Hi"), .refusal("no"), .call(sealed)],
            stop: .calls, usage: usage)

        let body = Responses.written(answer)

        let thoughts = ChatSeal(.signature, "s").envelope
        let signature = ChatSeal(.thought, "sig", id: "c1").envelope
        #expect(
            body
                == (try Responses.json(
                    #"""
                    {"id":"resp_abcd1234","object":"response","created_at":1787150205,"status":"completed","background":false,"error":null,
                    "incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":"claude","output":[
                    {"id":"rs_abcd1234_0","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"\#(thoughts)"},
                    {"id":"msg_abcd1234_1","type":"message","status":"completed","role":"assistant","content":[
                    {"type":"output_text","annotations":[],"logprobs":[],"text":"Hi"}]},
                    {"id":"msg_abcd1234_2","type":"message","status":"completed","role":"assistant","content":[{"type":"refusal","refusal":"no"}]},
                    {"id":"fc_abcd1234_3","type":"function_call","status":"completed","call_id":"c1","name":"f","arguments":"{\"a\":1}"},
                    {"id":"rs_abcd1234_4","type":"reasoning","summary":[],"encrypted_content":"\#(signature)"}],
                    "parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"service_tier":"default",
                    "store":false,"temperature":null,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,
                    "truncation":"disabled","usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},
                    "output_tokens":20,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":120},"user":null,"metadata":{}}
                    """#)))
    }

    @Test(
        arguments: [
            (ChatStop.finished, "completed", JSONValue.null), (.sequence("x"), "completed", .null), (.calls, "completed", .null),
            (.length, "incomplete", ["reason": "max_output_tokens"]), (.filtered, "incomplete", ["reason": "content_filter"]),
        ] as [(ChatStop, String, JSONValue)])
    func `says how it ended`(stop: ChatStop, status: String, details: JSONValue) throws {
        let body = Responses.written(ChatAnswer(parts: [.text("a"), .text("b")], stop: stop))

        #expect(body["status"]?.string == status)
        #expect(body["incomplete_details"] == details)
        #expect(body["output"]?[0]?["status"] == "completed")
        #expect(body["output"]?[1]?["status"]?.string == status)
        #expect(body["model"] == "fast")
    }

    @Test func `shows no thoughts where none are to be shown, but their seals`() throws {
        var facts = Responses.facts
        facts.showsThoughts = false
        let parts: [ChatPart] = [.thinking(ChatThinking(text: "a", seal: ChatSeal(.signature, "s"))), .thinking(ChatThinking(text: "b")), .text("x")]

        let output = Responses.written(ChatAnswer(parts: parts, stop: .finished), facts)["output"]

        #expect(output?.array?.count == 2)
        #expect(output?[0]?["summary"] == [])
        #expect(output?[0]?["encrypted_content"]?.string == ChatSeal(.signature, "s").envelope)
    }

    @Test func `counts no less than nothing, and a total that is the sum`() throws {
        let usage = Usage(input: -5, output: .max, cachedInput: -1, reasoning: -1)
        let body = Responses.written(ChatAnswer(parts: [], stop: .finished, usage: usage))["usage"]

        #expect(body?["input_tokens"] == 0)
        #expect(body?["input_tokens_details"]?["cached_tokens"] == 0)
        #expect(body?["total_tokens"] == body?["output_tokens"])
        #expect(Responses.written(ChatAnswer(parts: [], stop: .finished))["usage"]?["total_tokens"] == 0)
    }

    @Test(arguments: Recording.responses.filter { !$0.isStream && $0.status == 200 }.map(\.id))
    func `reads back as it was`(id: String) throws {
        let answer = try Responses.answer(recorded: id)

        let again = try Responses.answer(Responses.written(answer))

        #expect(again.stop == answer.stop)
        #expect(again.usage == answer.usage)
        #expect(again.model == answer.model)
        // The seals are in envelopes, which the request's reader opens.
        #expect(again.parts.count == answer.parts.count)
        #expect(again.parts.last == answer.parts.last)
    }
}
