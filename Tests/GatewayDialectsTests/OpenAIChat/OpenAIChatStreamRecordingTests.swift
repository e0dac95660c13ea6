import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

/// What recorded streams say, written down by hand from the recordings.
@Suite("Recorded streams of chat completions")
struct OpenAIChatStreamRecordingTests {
    struct Expected: Sendable, CustomTestStringConvertible {
        let id: String
        let model: String
        var text = ""
        var calls: [ChatCall] = []
        var stop = ChatStop.finished
        var usage: Usage?

        var testDescription: String { id }
    }

    static let expected = [
        Expected(id: "openai-chat-sse-01", model: "gpt-4o-mini-2024-07-18", text: "6 times 7 is 42.", usage: Usage(input: 83, output: 9)),
        Expected(
            id: "openai-chat-sse-02", model: "gpt-3.5-turbo-0125",
            calls: [
                ChatCall(id: "call_cCPjAyfwTzboEKjVlqFrArNF", name: "get_current_weather", arguments: #"{"location": "San Francisco"}"#),
                ChatCall(id: "call_Zi4He1Ns0mozwT6f85nW1BOW", name: "get_current_weather", arguments: #"{"location": "Boston"}"#),
            ], stop: .calls),
        Expected(
            id: "openai-chat-sse-04", model: "gpt-3.5-turbo-0125",
            calls: [ChatCall(id: "call_Z22A2KgxWHH4160txiDlsuCd", name: "get_current_weather", arguments: #"{"location":"San Francisco"}"#)],
            stop: .calls),
        Expected(id: "openai-chat-sse-05", model: "gpt-4o-mini-2024-07-18", text: "10 + 5 equals 15.", usage: Usage(input: 23, output: 8)),
        Expected(id: "openai-chat-sse-06", model: "gpt-3.5-turbo-0125", text: "1, 2, 3, 4, 5"),
        Expected(
            id: "openai-chat-sse-07", model: "gpt-4o-mini-2024-07-18",
            calls: [ChatCall(id: "call_fvsP35x2Oga1cEKZEOPqYNeO", name: "multiply", arguments: #"{"a":6,"b":7}"#)], stop: .calls,
            usage: Usage(input: 58, output: 17)),
        Expected(
            id: "azure-chat-sse-01", model: "gpt-4.1-mini-2025-04-14",
            text: "Why did the developer break up with OpenTelemetry?\n\nBecause it kept tracing their every move! 😄"),
    ]

    @Test(arguments: expected)
    func `answer as was recorded`(_ expected: Expected) throws {
        let events = try ChatCompletions.events(Recording.named(expected.id).answer)
        let tally = ChatEventTally(events)

        #expect(grammarFault(events) == nil)
        #expect(tally.id?.hasPrefix("chatcmpl-") == true)
        #expect(tally.model == expected.model)
        #expect(tally.text == expected.text)
        #expect(tally.calls == expected.calls)
        #expect(tally.stop == expected.stop)
        #expect(tally.usage == expected.usage)
        #expect(tally.hasFinished)
    }

    @Test func `answer at length`() throws {
        let tally = ChatEventTally(try ChatCompletions.events(Recording.named("openai-chat-sse-03").answer))

        #expect(tally.text.utf8.count == 735)
        #expect(tally.text.hasPrefix("Colorful socks are a fun way to express personal style"))
        #expect(tally.text.hasSuffix("turning an ordinary day into a fun and colorful one."))
        #expect(tally.hasFinished)
    }

    @Test(arguments: OpenAIChatRecordingTests.streams)
    func `keep the order of events wherever they are cut`(_ recording: Recording) throws {
        let provided = try ChatCompletions.sseEvents(recording.answer)
        // Where the reason to stop has come, the answer is whole without what follows.
        let whole = try #require(provided.firstIndex { String(decoding: $0.data, as: UTF8.self).contains(#""finish_reason":""#) })
        for count in 0...provided.count {
            var reader = OpenAIChatWire.reader(ids: ChatCompletions.ids)
            let events = provided.prefix(count).flatMap { reader.read($0) } + reader.closed()

            #expect(grammarFault(events) == nil, "cut at \(count)")
            #expect(ChatEventTally(events).hasFinished == (count > whole), "cut at \(count)")
        }
    }

    @Test(arguments: OpenAIChatRecordingTests.streams)
    func `say the same when they are written and read again`(_ recording: Recording) throws {
        let events = try ChatCompletions.events(recording.answer)

        let again = try ChatCompletions.events(ChatCompletions.written(events).flatMap(\.bytes))

        var expected = ChatEventTally(events)
        expected.id = "chatcmpl-seed1234"
        #expect(ChatEventTally(again) == expected)
        #expect(grammarFault(again) == nil)
    }
}
