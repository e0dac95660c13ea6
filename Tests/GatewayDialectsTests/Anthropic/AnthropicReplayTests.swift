import GatewayCore
import HTTPWire
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Stored answers of Anthropic's replayed in the other form")
struct AnthropicReplayTests {
    /// Without the order of members.
    private func canonical(_ body: [UInt8]) throws -> String {
        var output: [UInt8] = []
        try JSONCanonical.append(body, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func expectSame(_ body: [UInt8]) throws {
        let chunks = try #require(AnthropicReplay.stream(fromJSON: body))
        let back = try #require(AnthropicReplay.json(fromStream: chunks))

        #expect(try canonical(back) == canonical(body))
        #expect(anthropicEvents(chunks.flatMap(\.bytes)).last?.name == "message_stop")
        let run = AnthropicRun(chunks.flatMap(\.bytes), every: 50)
        #expect(run.fault == nil)
        #expect(AnthropicAnswer.judge(body, .messages) == .answer(run.stream.usage))
    }

    @Test(arguments: Recording.anthropicAnswers)
    func `lose nothing from whole answer to stream and back`(_ recording: Recording) throws {
        try expectSame(recording.answer)
    }

    @Test func `keep what nobody knows yet`() throws {
        let body = #"""
            {"id":"m","type":"message","role":"assistant","model":"c","new_top":{"a":1.0},"container":{"id":"c_1"},"content":[
            {"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"é"}},
            {"type":"web_search_tool_result","tool_use_id":"s","content":[{"type":"web_search_result","encrypted_content":"x"}]},
            {"type":"text","text":"A","citations":[{"type":"char_location","start_char_index":0},{"type":"new"}],"new":true},
            {"type":"text","text":"","citations":null},{"type":"thinking","thinking":"Hm","signature":"s","new":[1]},
            {"type":"redacted_thinking","data":"r"},{"type":"tool_use","id":"t","name":"f","input":{"n":12345678901234567890},"caller":{"type":"direct"}},
            {"type":"new_block","deep":{"x":[1,2]}}],"stop_reason":"tool_use","stop_sequence":null,"stop_details":null,
            "usage":{"input_tokens":1,"output_tokens":20,"output_tokens_details":{"thinking_tokens":3},"service_tier":"standard","new":{"y":1}}}
            """#

        try expectSame(Array(body.utf8))
    }

    @Test func `are streams in Anthropic's own order`() throws {
        for recording in Recording.anthropicAnswers {
            let chunks = try #require(AnthropicReplay.stream(fromJSON: recording.answer))

            #expect(anthropicGrammarFault(chunks.flatMap(\.bytes)) == nil || recording.id == "anthropic-messages-json-04")
            #expect(chunks.allSatisfy { !$0.isUsageOnly })
        }
    }

    @Test(arguments: Recording.anthropicStreams)
    func `say as a whole what the stream says`(_ recording: Recording) throws {
        let whole = try #require(AnthropicReplay.json(fromStream: [BodyChunk(recording.answer)]))
        let answer = try AnthropicWire.answer(from: try JSONValue(parsing: whole), ids: ChatIDs(seed: "seed1234"))
        let told = AnthropicTold(anthropicRead(anthropicEvents(recording.answer)))

        #expect(AnthropicAnswer.judge(whole, .messages) == .answer(told.usage))
        #expect(answer.id == told.id)
        #expect(answer.stop == told.stop)
        #expect(answer.parts.map(Self.withoutSpaces) == told.parts.map(Self.withoutSpaces))
        try expectSame(whole)
    }

    /// Arguments as a whole are written without the spaces of their pieces.
    private static func withoutSpaces(_ part: ChatPart) -> ChatPart {
        guard case .call(var call) = part, let value = try? JSONValue(parsing: Array(call.arguments.utf8)) else { return part }
        call.arguments = String(decoding: value.written(), as: UTF8.self)
        return .call(call)
    }

    @Test func `keep what a search found and what cites it`() throws {
        let whole = try #require(AnthropicReplay.json(fromStream: [BodyChunk(Recording.named("anthropic-messages-sse-06").answer)]))
        let content = try JSONValue(parsing: whole)["content"]

        #expect(content?.array?.compactMap { $0["type"]?.string } == ["server_tool_use", "web_search_tool_result", "text", "text", "text", "text"])
        #expect(content?[0]?["input"] == ["query": "latest stable Ruby version"])
        #expect(content?[2]?["citations"]?.array?.isEmpty == false)
        #expect(try JSONValue(parsing: whole)["usage"]?["server_tool_use"]?["web_search_requests"] == 1)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"type":"message","content":[]}"#, #"{"type":"message","stop_reason":null,"content":[]}"#,
        #"{"type":"message","stop_reason":"end_turn","content":"x"}"#, #"{"type":"message","stop_reason":"end_turn","content":[1]}"#,
        #"{"type":"message","stop_reason":"end_turn","content":[{"type":"tool_use","input":"x"}]}"#,
        #"{"type":"message","stop_reason":"end_turn","content":[{"text":"x"}]}"#, #"{"type":"error","error":{"type":"api_error","message":"x"}}"#,
        #"{"input_tokens":4}"#,
    ])
    func `are none of what is no whole answer`(_ body: String) {
        #expect(AnthropicReplay.stream(fromJSON: Array(body.utf8)) == nil)
    }

    @Test func `are none of a stream that is cut, fails, or has what nobody can place`() {
        let recording = Recording.named("anthropic-messages-sse-07")
        let text = String(decoding: recording.answer, as: UTF8.self)
        let events = text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
        func json(_ events: [String]) -> [UInt8]? {
            AnthropicReplay.json(fromStream: events.map { BodyChunk(Array(($0 + "\n\n").utf8)) })
        }

        #expect(json(events) != nil)
        for count in 0..<events.count { #expect(json(Array(events.prefix(count))) == nil, "\(count) events") }
        #expect(json(events + [events[1]]) == nil)
        let error = #"event: error\#ndata: {"type":"error","error":{"type":"api_error","message":"x"}}"#
        let new = #"event: content_block_delta\#ndata: {"type":"content_block_delta","index":0,"delta":{"type":"new_delta","x":1}}"#
        for added in [error, new, "data: {"] { #expect(json(Array(events.prefix(3)) + [added] + events.dropFirst(3)) == nil) }
        #expect(json(events.map { $0.replacing("\"index\":0", with: "\"index\":1") }) == nil)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] { split(separator: separator).map { String($0) } }
}
