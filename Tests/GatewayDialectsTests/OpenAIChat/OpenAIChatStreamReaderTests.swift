import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Streams of OpenAI chat completions")
struct OpenAIChatStreamReaderTests {
    private let role = ChatCompletions.delta(#"{"role":"assistant","content":""}"#)
    private let finish = ChatCompletions.delta("{}", reason: "stop")
    private let counts = #"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"#
    private let start = ChatEvent.start(id: "c", model: "m", usage: nil)

    private func call(_ index: Int?, _ members: String) -> String {
        ChatCompletions.delta(#"{"tool_calls":[{\#(index.map { "\"index\":\($0)," } ?? "")\#(members)}]}"#)
    }

    @Test func `begin, go on and end as the events of all formats`() throws {
        let events = try ChatCompletions.events(
            chunks: role, ChatCompletions.delta(#"{"content":"a"}"#), ChatCompletions.delta(#"{"content":"b"}"#), finish, counts, "[DONE]")

        #expect(
            events == [
                start, .begin(.text), .delta("a"), .delta("b"), .usage(Usage(input: 7, output: 2)), .end, .stop(.finished), .finish,
            ])
    }

    @Test func `are whole with a reason to stop and nothing behind it`() throws {
        let events = try ChatCompletions.events(chunks: role, ChatCompletions.delta(#"{"content":"a"}"#, reason: "length"))

        #expect(events == [start, .begin(.text), .delta("a"), .end, .stop(.length), .finish])
    }

    @Test func `are whole with an end mark and no reason to stop`() throws {
        let events = try ChatCompletions.events(chunks: role, ChatCompletions.delta(#"{"content":"a"}"#), "[DONE]")

        #expect(events.suffix(3) == [.end, .stop(.finished), .finish])
    }

    @Test func `are cut without either`() throws {
        let events = try ChatCompletions.events(chunks: role, ChatCompletions.delta(#"{"content":"a"}"#))

        #expect(events == [start, .begin(.text), .delta("a")])
    }

    @Test func `may say nothing at all`() throws {
        #expect(try ChatCompletions.events(chunks: role, finish, "[DONE]") == [start, .stop(.finished), .finish])
    }

    @Test(arguments: [["[DONE]"], [#"{"choices":[]}"#, "[DONE]"]])
    func `are faults when they end before they began`(_ chunks: [String]) throws {
        let events = try ChatCompletions.events(Array(chunks.map { "data: \($0)\n\n" }.joined().utf8))

        #expect(events == [.failure(ChatFault(reason: "its stream ended before an answer began."))])
    }

    @Test func `begin with the first choice, and keep counts that came before it`() throws {
        let first = #"{"choices":[],"created":0,"id":"","model":"","usage":{"prompt_tokens":3,"completion_tokens":0},"prompt_filter_results":[]}"#

        #expect(try ChatCompletions.events(chunks: first, role) == [.start(id: "c", model: "m", usage: Usage(input: 3, output: 0))])
    }

    @Test func `give counts only when they change`() throws {
        let counts = #"{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#

        let events = try ChatCompletions.events(chunks: role, counts, counts)

        #expect(events == [start, .begin(.text), .delta("a"), .usage(Usage(input: 3, output: 1)), .delta("a")])
    }

    @Test func `believe the last reason, and take in what comes behind the first`() throws {
        let early = ChatCompletions.delta(#"{"content":"a"}"#, reason: "stop")
        let late = ChatCompletions.delta(#"{"content":"b"}"#, reason: "length")

        #expect(try ChatEventTally(ChatCompletions.events(chunks: early, late, "[DONE]")).text == "ab")
        #expect(try ChatEventTally(ChatCompletions.events(chunks: early, late, "[DONE]")).stop == .length)
    }

    @Test func `are the choice with index 0`() throws {
        let other = #"{"choices":[{"index":1,"delta":{"content":"x"},"finish_reason":"length"}]}"#

        let events = try ChatCompletions.events(chunks: role, other, ChatCompletions.delta(#"{"content":"a"}"#), other, finish, "[DONE]")

        #expect(events == [start, .begin(.text), .delta("a"), .end, .stop(.finished), .finish])
    }

    @Test(arguments: ["reasoning_content", "reasoning"])
    func `show thoughts and refusals as parts of their own`(_ name: String) throws {
        let tally = ChatEventTally(
            try ChatCompletions.events(
                chunks: ChatCompletions.delta(#"{"role":"assistant","content":null,"\#(name)":"H"}"#), ChatCompletions.delta(#"{"\#(name)":"m"}"#),
                ChatCompletions.delta(#"{"content":"a"}"#), ChatCompletions.delta(#"{"refusal":"N"}"#), ChatCompletions.delta(#"{"refusal":"o."}"#),
                finish, "[DONE]"))

        #expect(tally.thoughts == "Hm")
        #expect(tally.text == "a")
        #expect(tally.refusal == "No.")
    }

    @Test func `tell parallel calls apart by their index, however they interleave`() throws {
        let events = try ChatCompletions.events(
            chunks: call(0, #""id":"a","type":"function","function":{"name":"f","arguments":""}"#),
            call(1, #""id":"b","type":"function","function":{"name":"g","arguments":""}"#), call(1, #""function":{"arguments":"{\"y\":"}"#),
            call(0, #""function":{"arguments":"{\"x\":"}"#), call(1, #""function":{"arguments":"2}"}"#), call(0, #""function":{"arguments":"1}"}"#),
            ChatCompletions.delta("{}", reason: "tool_calls"), "[DONE]")

        #expect(grammarFault(events) == nil)
        #expect(
            ChatEventTally(events).calls == [
                ChatCall(id: "a", name: "f", arguments: #"{"x":1}"#), ChatCall(id: "b", name: "g", arguments: #"{"y":2}"#),
            ])
        #expect(ChatEventTally(events).stop == .calls)
    }

    @Test func `wait for an id or a name that comes late`() throws {
        let events = try ChatCompletions.events(
            chunks: call(0, #""function":{"arguments":"{"}"#), call(0, #""function":{"name":"f"}"#),
            call(0, #""id":"a","function":{"arguments":"}"}"#),
            finish, "[DONE]")

        #expect(ChatEventTally(events).calls == [ChatCall(id: "a", name: "f", arguments: "{}")])
    }

    @Test func `give an id to a call that has none, and an object to one without arguments`() throws {
        let events = try ChatCompletions.events(chunks: call(0, #""id":"","function":{"name":"f","arguments":""}"#), finish, "[DONE]")

        #expect(ChatEventTally(events).calls == [ChatCall(id: "call_seed1234", name: "f", arguments: "{}")])
    }

    @Test func `take a new id and name under an old index for another call`() throws {
        let events = try ChatCompletions.events(
            chunks: call(0, #""id":"a","function":{"name":"f","arguments":"{}"}"#), call(0, #""id":"b","function":{"name":"f","arguments":"{}"}"#),
            finish, "[DONE]")

        #expect(ChatEventTally(events).calls.map(\.id) == ["a", "b"])
    }

    @Test func `take repetitions of an id and name for the same call`() throws {
        let events = try ChatCompletions.events(
            chunks: call(0, #""id":"a","function":{"name":"f","arguments":"{"}"#), call(0, #""id":"a","function":{"name":"f","arguments":"}"}"#),
            finish, "[DONE]")

        #expect(ChatEventTally(events).calls == [ChatCall(id: "a", name: "f", arguments: "{}")])
    }

    @Test func `take a new id without a name for the same call`() throws {
        let events = try ChatCompletions.events(
            chunks: call(0, #""id":"a","function":{"name":"f","arguments":"{"}"#), call(0, #""id":"b","function":{"arguments":"}"}"#), finish,
            "[DONE]")

        #expect(ChatEventTally(events).calls == [ChatCall(id: "a", name: "f", arguments: "{}")])
    }

    @Test func `tell calls without an index apart by their names`() throws {
        let events = try ChatCompletions.events(
            chunks: call(nil, #""id":"a","function":{"name":"f","arguments":"{\"x\":"}"#), call(nil, #""function":{"arguments":"1}"}"#),
            call(nil, #""function":{"name":"f","arguments":"{}"}"#), call(nil, #""id":"a","extra_content":{"google":{"thought_signature":"c2ln"}}"#),
            finish, "[DONE]")

        #expect(ChatEventTally(events).calls.map(\.arguments) == [#"{"x":1}"#, "{}"])
        #expect(grammarFault(events) == nil)
    }

    @Test func `keep Gemini's seals, of calls and of texts`() throws {
        let sealed = #""id":"a","extra_content":{"google":{"thought_signature":"c2ln"}},"function":{"name":"f","arguments":"{}"}"#
        let call = try ChatCompletions.events(chunks: call(0, sealed), finish, "[DONE]")
        let text = try ChatCompletions.events(
            chunks: role, ChatCompletions.delta(#"{"content":"a"}"#),
            ChatCompletions.delta(#"{"extra_content":{"google":{"thought_signature":"c2ln"}}}"#), finish, "[DONE]")

        #expect(ChatEventTally(call).calls.first?.seal == ChatSeal(.thought, "c2ln"))
        #expect(
            text == [
                start, .begin(.text), .delta("a"), .end, .begin(.thinking), .seal(ChatSeal(.thought, "c2ln")), .end, .stop(.finished), .finish,
            ])
    }

    @Test func `know the old form of a call`() throws {
        let events = try ChatCompletions.events(
            chunks: ChatCompletions.delta(#"{"function_call":{"name":"f","arguments":""}}"#),
            ChatCompletions.delta(#"{"function_call":{"arguments":"{}"}}"#),
            ChatCompletions.delta("{}", reason: "function_call"), "[DONE]")

        #expect(ChatEventTally(events).calls == [ChatCall(id: "call_seed1234", name: "f", arguments: "{}")])
        #expect(ChatEventTally(events).stop == .calls)
    }

    @Test func `name the stop sequence where the server does`() throws {
        let last = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop","stop_reason":"END"}]}"#

        #expect(try ChatEventTally(ChatCompletions.events(chunks: role, last, "[DONE]")).stop == .sequence("END"))
    }

    @Test(arguments: [
        (#"{"error":{"message":"Slow down","code":429}}"#, ChatFault(status: 429, reason: "it reports an error.", message: "Slow down")),
        (#"{"error":"Gone"}"#, ChatFault(reason: "it reports an error.", message: "Gone")),
        (#"{"object":"error","message":"x","code":400}"#, ChatFault(status: 400, reason: "it reports an error.", message: "x")),
        ("nonsense", ChatFault(reason: "an event of its stream is not JSON.")), ("[1]", ChatFault(reason: "an event of its stream is not JSON.")),
        (#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#, ChatFault(reason: "the model broke off.")),
    ])
    func `end with a fault, once, and with nothing behind it`(_ chunk: String, _ fault: ChatFault) throws {
        let events = try ChatCompletions.events(chunks: role, ChatCompletions.delta(#"{"content":"a"}"#), chunk, finish, chunk, "[DONE]")

        #expect(events == [start, .begin(.text), .delta("a"), .failure(fault)])
    }

    @Test func `end with a fault where an event is named so`() throws {
        let events = try ChatCompletions.events(Array("event: error\ndata: {\"message\":\"x\",\"type\":\"server_error\"}\n\n".utf8))

        #expect(events == [.failure(ChatFault(status: 500, reason: "it reports an error.", message: "x"))])
    }

    @Test func `end with a fault where a call has no name or goes on after its end`() throws {
        let nameless = try ChatCompletions.events(chunks: call(0, #""id":"a","function":{"arguments":"{}"}"#), finish, "[DONE]")
        let late = try ChatCompletions.events(
            chunks: call(0, #""id":"a","function":{"name":"f","arguments":"{"}"#), ChatCompletions.delta(#"{"content":"x"}"#),
            call(0, #""function":{"arguments":"}"}"#), finish, "[DONE]")
        let fault = ChatEvent.failure(ChatFault(reason: "the pieces of its calls do not fit together."))

        #expect(nameless.last == fault)
        #expect(late.last == fault)
        #expect(grammarFault(late) == nil)
    }

    @Test func `show signs of life`() throws {
        let stream = ": first\n\ndata: \(role)\n\n: PROCESSING\n\ndata:\n\n"

        #expect(try ChatCompletions.events(Array(stream.utf8)) == [start, .ping, .ping])
    }
}
