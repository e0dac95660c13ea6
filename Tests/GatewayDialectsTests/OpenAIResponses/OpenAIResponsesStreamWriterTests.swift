import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("A responses stream, written")
struct OpenAIResponsesStreamWriterTests {
    private func chunks(_ events: [ChatEvent], _ facts: ChatAnswerFacts = Responses.facts) -> [BodyChunk] {
        var writer = OpenAIResponsesWire.writer(for: facts)
        var output: [BodyChunk] = []
        for event in events { writer.write(event, to: &output) }
        return output
    }

    private func data(_ chunks: [BodyChunk]) throws -> [JSONValue] {
        try Responses.sse(chunks.flatMap(\.bytes)).filter(\.hasData).map { try JSONValue(parsing: Array($0.data)) }
    }

    private let start = ChatEvent.start(id: "msg_x", model: "claude", usage: nil)

    @Test func `of text has the events that clients wait for, byte by byte`() throws {
        let events: [ChatEvent] = [
            start, .begin(.text), .delta("H\"i"), .delta("!"), .end, .usage(Usage(input: 3, output: 2)), .stop(.finished), .finish,
        ]

        let lines = String(decoding: chunks(events).flatMap(\.bytes), as: UTF8.self).components("\n\n")

        let id = #""item_id":"msg_abcd1234_0","output_index":0,"content_index":0"#
        let part = #"{"type":"output_text","annotations":[],"logprobs":[],"text":"H\"i!"}"#
        let item = #"{"id":"msg_abcd1234_0","type":"message","status":"completed","role":"assistant","content":[\#(part)]}"#
        let added = #"{"id":"msg_abcd1234_0","type":"message","status":"in_progress","role":"assistant","content":[]}"#
        let expected = [
            ("response.output_item.added", #""sequence_number":2,"output_index":0,"item":\#(added)"#),
            ("response.content_part.added", #""sequence_number":3,\#(id),"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}"#),
            ("response.output_text.delta", #""sequence_number":4,\#(id),"logprobs":[],"delta":"H\"i""#),
            ("response.output_text.delta", #""sequence_number":5,\#(id),"logprobs":[],"delta":"!""#),
            ("response.output_text.done", #""sequence_number":6,\#(id),"logprobs":[],"text":"H\"i!""#),
            ("response.content_part.done", #""sequence_number":7,\#(id),"part":\#(part)"#),
            ("response.output_item.done", #""sequence_number":8,"output_index":0,"item":\#(item)"#),
        ].map { #"event: \#($0)"# + "\n" + #"data: {"type":"\#($0)",\#($1)}"# }
        #expect(Array(lines[2..<9]) == expected)
        #expect(lines.count == 11)
        #expect(
            lines[0].hasPrefix(
                #"event: response.created\#("\n")data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_abcd1234""#))
        #expect(lines[1].hasPrefix(#"event: response.in_progress\#("\n")data: {"type":"response.in_progress","sequence_number":1"#))
        #expect(lines[9].hasPrefix(#"event: response.completed\#("\n")data: {"type":"response.completed","sequence_number":9"#))
        #expect(lines[9].contains(#""output":[\#(item)]"#))
        #expect(lines[9].contains(#""usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":2"#))
        #expect(lines[10].isEmpty)
    }

    @Test func `of thoughts and calls has them as items, with seals behind calls`() throws {
        let events: [ChatEvent] = [
            start, .begin(.thinking), .delta("hm"), .seal(ChatSeal(.signature, "s")), .end, .begin(.call(id: "c1", name: "f")), .delta("{}"),
            .seal(ChatSeal(.thought, "sig")), .end, .begin(.call(id: "c2", name: "g")), .delta(#"{"a""#), .delta(":1}"), .end, .stop(.calls), .finish,
        ]

        let checker = try OpenAIResponsesStreamChecker(chunks(events))

        #expect(checker.fault == nil)
        #expect(
            Array(checker.types[2...]) == [
                "response.output_item.added", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done",
                "response.output_item.added", "response.output_item.done", "response.output_item.added", "response.function_call_arguments.delta",
                "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done", "response.completed",
            ])
        let call = ChatCall(id: "c1", name: "f", arguments: "{}", seal: ChatSeal(.thought, "sig"))
        let parts: [ChatPart] = [
            .thinking(ChatThinking(text: "hm", seal: ChatSeal(.signature, "s"))), .call(call),
            .call(ChatCall(id: "c2", name: "g", arguments: #"{"a":1}"#)),
        ]
        let answer = ChatAnswer(id: "msg_x", model: "claude", parts: parts, stop: .calls)
        #expect(checker.response == Responses.written(answer))
    }

    @Test func `that is cut marks the item that is cut`() throws {
        let events: [ChatEvent] = [
            start, .begin(.text), .delta("a"), .end, .begin(.call(id: "c", name: "f")), .delta("{"), .end, .stop(.length),
            .usage(Usage(input: 1, output: 2)), .finish,
        ]

        let last = try #require(try data(chunks(events)).last)

        #expect(last["type"] == "response.incomplete")
        #expect(last["response"]?["incomplete_details"] == ["reason": "max_output_tokens"])
        #expect(last["response"]?["output"]?[0]?["status"] == "completed")
        #expect(last["response"]?["output"]?[1]?["status"] == "incomplete")
        #expect(last["response"]?["usage"]?["total_tokens"] == 3)
    }

    @Test func `has no items for parts that stay empty`() throws {
        let events: [ChatEvent] = [
            start, .begin(.text), .end, .begin(.thinking), .end, .begin(.thinking), .seal(ChatSeal(.redacted, "s")), .end, .stop(.finished), .finish,
        ]

        let checker = try OpenAIResponsesStreamChecker(chunks(events))

        #expect(checker.fault == nil)
        #expect(checker.response?["output"]?.array?.count == 1)
        #expect(checker.response?["output"]?[0]?["id"] == "rs_abcd1234_0")
    }

    @Test func `shows no thoughts where none are to be shown`() throws {
        var facts = Responses.facts
        facts.showsThoughts = false
        let events: [ChatEvent] = [
            start, .begin(.thinking), .delta("secret"), .seal(ChatSeal(.signature, "s")), .end, .begin(.thinking), .delta("secret"), .end,
            .stop(.finished), .finish,
        ]

        let chunks = chunks(events, facts)

        #expect(try OpenAIResponsesStreamChecker(chunks).fault == nil)
        #expect(!String(decoding: chunks.flatMap(\.bytes), as: UTF8.self).contains("secret"))
        #expect(try data(chunks).last?["response"]?["output"]?.array?.count == 1)
    }

    @Test func `keeps a connection alive with comments, which no client sees`() throws {
        let bytes = chunks([start, .ping]).last?.bytes ?? []

        #expect(String(decoding: bytes, as: UTF8.self) == ": keep-alive\n\n")
    }

    @Test func `leaves failures to the dialect`() {
        #expect(chunks([.failure(ChatFault(reason: "x"))]).isEmpty)
    }

    @Test func `names the model as the client did when the provider does not`() throws {
        let first = try #require(try data(chunks([.start(id: nil, model: nil, usage: nil)])).first)

        #expect(first["response"]?["model"] == "fast")
    }

    @Test(arguments: OpenAIResponsesStreamReaderTests.streams)
    func `of a recording reads back as it was`(id: String) throws {
        let events = Responses.events(try Recording.named(id).responsesEvents())

        let chunks = chunks(events)
        let again = Responses.events(try Responses.sse(chunks.flatMap(\.bytes)))

        #expect(try OpenAIResponsesStreamChecker(chunks).fault == nil)
        #expect(ResponsesTold(again).stop == ResponsesTold(events).stop)
        #expect(ResponsesTold(again).usage == ResponsesTold(events).usage)
        #expect(ResponsesTold(again).parts.last == ResponsesTold(events).parts.last)
        #expect(ResponsesTold(again).parts.count == ResponsesTold(events).parts.count)
    }

    @Test func `keeps its own order and says the same as a whole answer, whatever is to be written`() throws {
        var numbers = ResponsesNumbers(3)
        for round in 0..<600 {
            let (events, answer) = Self.anything(&numbers)
            var facts = Responses.facts
            facts.showsThoughts = round % 3 > 0

            let checker = try OpenAIResponsesStreamChecker(chunks(events, facts))

            #expect(grammarFault(events) == nil)
            #expect(checker.fault == nil)
            #expect(checker.response == Responses.written(answer, facts))
        }
    }

    /// A legal sequence of events, and the answer it tells.
    private static func anything(_ numbers: inout ResponsesNumbers) -> ([ChatEvent], ChatAnswer) {
        var answer = ChatAnswer(model: "m", stop: .finished, usage: numbers.below(2) == 0 ? nil : Usage(input: 1, output: 1))
        var events: [ChatEvent] = [.start(id: nil, model: "m", usage: answer.usage)]
        for number in 0..<numbers.below(6) {
            let pieces = (0..<(1 + numbers.below(3))).map { _ in ["a", "\u{1F642}", "\n", "\"", "{}"][numbers.below(5)] }
            let text = pieces.joined()
            let seal: ChatSeal? = numbers.below(2) == 0 ? nil : ChatSeal([.signature, .encrypted, .thought][numbers.below(3)], "s")
            let kinds: [(ChatPartStart, ChatPart)] = [
                (.text, .text(text)), (.refusal, .refusal(text)), (.thinking, .thinking(ChatThinking(text: text, seal: seal))),
                (.call(id: "c\(number)", name: "f"), .call(ChatCall(id: "c\(number)", name: "f", arguments: text, seal: seal))),
            ]
            let (start, part) = kinds[numbers.below(4)]
            events.append(.begin(start))
            events += pieces.map { .delta($0) }
            if numbers.below(4) == 0 { events.append(.ping) }
            if let seal, part != .text(text), part != .refusal(text) { events.append(.seal(seal)) }
            events.append(.end)
            answer.parts.append(part)
        }
        answer.stop = [.finished, .length, .calls, .filtered, .sequence("x")][numbers.below(5)]
        events.append(.stop(answer.stop))
        if numbers.below(2) == 0 {
            answer.usage = Usage(input: numbers.below(100), output: numbers.below(100))
            if let usage = answer.usage { events.append(.usage(usage)) }
        }
        return (events + [.finish], answer)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
