import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Damaged responses streams")
struct OpenAIResponsesStreamMutationTests {
    /// Events of all recordings and more kinds, with few texts, so that they are likely to touch one another.
    private static let pool: [JSONValue] = {
        let recorded = OpenAIResponsesStreamReaderTests.streams.flatMap { id in
            ((try? Recording.named(id).responsesEvents()) ?? []).prefix(8).compactMap { try? JSONValue(parsing: Array($0.data)) }
        }
        var made: [JSONValue] = []
        for index in 0..<3 {
            let place: [(String, JSONValue)] = [("output_index", JSONValue(index)), ("item_id", .string("i\(index)"))]
            let kinds: [(String, [(String, JSONValue)])] = [
                ("output_text.delta", [("content_index", 0), ("delta", "t")]), ("output_text.delta", [("content_index", 1), ("delta", "u")]),
                ("output_text.done", [("content_index", 0), ("text", "t")]), ("refusal.delta", [("content_index", 0), ("delta", "no")]),
                ("reasoning_summary_text.delta", [("summary_index", 0), ("delta", "r")]), ("reasoning_text.delta", [("delta", "r")]),
                ("function_call_arguments.delta", [("delta", "{}")]), ("function_call_arguments.done", [("arguments", "{}")]),
                ("output_item.added", [("item", ["type": "message", "id": .string("i\(index)"), "content": []])]),
                ("output_item.added", [("item", ["type": "function_call", "call_id": "c", "name": "f", "arguments": ""])]),
                ("output_item.added", [("item", ["type": "reasoning", "summary": []])]),
                ("output_item.added", [("item", ["type": "web_search_call"])]),
                ("output_item.done", [("item", ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\":1}"])]),
                ("output_item.done", [("item", ["type": "function_call", "call_id": "c"])]),
                ("output_item.done", [("item", ["type": "reasoning", "summary": [], "encrypted_content": "s"])]),
                ("output_item.done", [("item", ["type": "message", "content": [["type": "output_text", "text": "x"]]])]),
            ]
            for (type, members) in kinds {
                var event: JSONObject = ["type": .string("response." + type)]
                for (name, value) in place + members { event[name] = value }
                made.append(.object(event))
            }
        }
        return recorded + made + [
            ["type": "response.created", "response": ["id": "r"]], ["type": "response.completed", "response": ["output": []]],
        ]
    }()

    @Test func `keep the order of events, whatever comes`() throws {
        var numbers = ResponsesNumbers(7)
        let pool = try Self.pool.map { try Responses.sse(event: $0) }
        var finished = 0
        for _ in 0..<2000 {
            let events = (0..<(1 + numbers.below(24))).map { _ in pool[numbers.below(pool.count)] }
            let end = try Responses.sse(event: ["type": "response.completed", "response": ["output": []]])

            let told = Responses.events(numbers.below(2) == 0 ? events : events + [end])

            #expect(grammarFault(told) == nil)
            if told.last == .finish { finished += 1 }
            if told.contains(.finish) { #expect(told.last == .finish) }
        }
        #expect(finished > 200)
    }

    /// Fewer deltas, and without what the answer repeats of the request: so that there is time for many.
    private static func shortened(_ events: [SSEEvent]) throws -> [SSEEvent] {
        try (events.prefix(16) + events.suffix(6)).map { event in
            var data = try JSONValue(parsing: Array(event.data))
            if var response = data["response"] {
                for name in ["tools", "instructions"] { response[name] = nil }
                data["response"] = response
            }
            return try Responses.sse(event: data)
        }
    }

    @Test(arguments: OpenAIResponsesStreamReaderTests.streams)
    func `keep the order of events when those of a recording are swapped, doubled or lost`(id: String) throws {
        var numbers = ResponsesNumbers(11)
        let recorded = try Self.shortened(try Recording.named(id).responsesEvents())
        for _ in 0..<80 {
            var events = recorded
            for _ in 0..<(1 + numbers.below(4)) {
                let at = numbers.below(events.count)
                switch numbers.below(3) {
                case 0: events.swapAt(at, numbers.below(events.count))
                case 1: events.insert(events[at], at: numbers.below(events.count))
                default: events.remove(at: at)
                }
            }

            let told = Responses.events(events)

            #expect(grammarFault(told) == nil)
            #expect(told.last != .finish || events.contains { $0.isNamed("response.completed") })
        }
    }
}
