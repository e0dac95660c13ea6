import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters

/// Spliced into the client's own bytes: nothing else of them changes.
@Suite("A route's system prompt in a request that is passed on")
struct DialectSystemPromptTests {
    private func send(_ body: String, _ path: String, prepend: String? = nil, append: String? = nil) throws -> String {
        let transform = try BodyTransform(edits: [], system: SystemPrompt(prepend: prepend, append: append))
        return String(decoding: try transform.body(of: try Exchange.asking(path, body), model: nil), as: UTF8.self)
    }

    private func messages(_ body: String, prepend: String? = nil, append: String? = nil) throws -> String {
        try send(body, "/v1/messages", prepend: prepend, append: append)
    }

    private func gemini(_ body: String, prepend: String? = nil, append: String? = nil) throws -> String {
        try send(body, "/v1beta/models/fast:generateContent", prepend: prepend, append: append)
    }

    @Test(arguments: [
        // Text, also with escapes that stay as they are.
        (#"{"model":"fast", "system" : "M\u00e9" ,"messages":[]}"#, #"{"model":"fast", "system" : "A \"b\"\n\nM\u00e9\n\nZ" ,"messages":[]}"#),
        // Blocks, whose marks for the cache stay where they are.
        (
            #"{"model":"fast","system":[{"type":"text","text":"M","cache_control":{"type":"ephemeral"}}]}"#,
            #"{"model":"fast","system":[{"type":"text","text":"A \"b\""},{"type":"text","text":"M","cache_control":{"type":"ephemeral"}},"#
                + #"{"type":"text","text":"Z"}]}"#
        ),
        (#"{"model":"fast","system":[ ]}"#, #"{"model":"fast","system":[{"type":"text","text":"A \"b\""},{"type":"text","text":"Z"} ]}"#),
        (#"{"model":"fast"}"#, #"{"model":"fast","system":"A \"b\"\n\nZ"}"#),
        // Nothing is nothing to stand apart from.
        (#"{"model":"fast","system":""}"#, #"{"model":"fast","system":"A \"b\"\n\nZ"}"#),
        (#"{"model":"fast","system":null,"x":1.50}"#, #"{"model":"fast","system":"A \"b\"\n\nZ","x":1.50}"#),
    ])
    func `stands around Anthropic's instructions, in the form that they have`(_ body: String, _ sent: String) throws {
        #expect(try messages(body, prepend: "A \"b\"", append: "Z") == sent)
    }

    @Test func `may stand on one side of Anthropic's instructions only`() throws {
        #expect(try messages(#"{"model":"fast","system":"M"}"#, prepend: "A") == #"{"model":"fast","system":"A\n\nM"}"#)
        #expect(try messages(#"{"model":"fast","system":"M"}"#, append: "Z") == #"{"model":"fast","system":"M\n\nZ"}"#)
        #expect(
            try messages(#"{"model":"fast","system":[{"type":"text","text":"M"}]}"#, append: "Z")
                == #"{"model":"fast","system":[{"type":"text","text":"M"},{"type":"text","text":"Z"}]}"#)
    }

    @Test(arguments: [
        (
            #"{"systemInstruction": {"parts":[{"text":"M"}],"role":"system"} ,"contents":[ ]}"#,
            #"{"systemInstruction": {"parts":[{"text":"A"},{"text":"M"},{"text":"Z"}],"role":"system"} ,"contents":[ ]}"#
        ),
        (
            #"{"system_instruction":{"parts":[{"text":"M"}]},"contents":[]}"#,
            #"{"system_instruction":{"parts":[{"text":"A"},{"text":"M"},{"text":"Z"}]},"contents":[]}"#
        ),
        (
            #"{"systemInstruction":{"role":"system"},"contents":[]}"#,
            #"{"systemInstruction":{"role":"system","parts":[{"text":"A\n\nZ"}]},"contents":[]}"#
        ),
        (#"{"systemInstruction":{},"contents":[]}"#, #"{"systemInstruction":{"parts":[{"text":"A\n\nZ"}]},"contents":[]}"#),
        (#"{"systemInstruction":{"parts":null}}"#, #"{"systemInstruction":{"parts":[{"text":"A\n\nZ"}]}}"#),
        (#"{"systemInstruction":{"parts":[]}}"#, #"{"systemInstruction":{"parts":[{"text":"A"},{"text":"Z"}]}}"#),
        (#"{"contents":[]}"#, #"{"contents":[],"systemInstruction":{"parts":[{"text":"A\n\nZ"}]}}"#),
        (#"{"systemInstruction":null,"contents":[]}"#, #"{"systemInstruction":{"parts":[{"text":"A\n\nZ"}]},"contents":[]}"#),
        (
            #"{"systemInstruction":null,"system_instruction":{"parts":[{"text":"M"}]}}"#,
            #"{"systemInstruction":null,"system_instruction":{"parts":[{"text":"A"},{"text":"M"},{"text":"Z"}]}}"#
        ),
    ])
    func `stands around Gemini's instructions, in either spelling`(_ body: String, _ sent: String) throws {
        #expect(try gemini(body, prepend: "A", append: "Z") == sent)
    }

    @Test(arguments: [#"{"model":"fast","system":7}"#, #"{"model":"fast","system":{"text":"M"}}"#])
    func `is refused where Anthropic's instructions are none`(_ body: String) throws {
        #expect(throws: GatewayError.self) { try messages(body, prepend: "A") }
        #expect(try messages(body) == body)
    }

    @Test(arguments: [#"{"systemInstruction":"M"}"#, #"{"systemInstruction":[]}"#, #"{"system_instruction":{"parts":"M"}}"#])
    func `is refused where Gemini's instructions are none`(_ body: String) throws {
        #expect(throws: GatewayError.self) { try gemini(body, prepend: "A") }
        #expect(try gemini(body) == body)
    }

    @Test(arguments: [
        ("/v1/messages/count_tokens", #"{"model":"fast","system":"M"}"#), ("/v1beta/models/fast:countTokens", #"{"contents":[]}"#),
        ("/v1beta/models/fast:embedContent", #"{"content":{"parts":[]}}"#), ("/v1/embeddings", #"{"model":"fast","input":"x"}"#),
    ])
    func `is no part of what is no conversation`(path: String, body: String) throws {
        #expect(try send(body, path, prepend: "A", append: "Z") == body)
    }

    @Test func `goes with an edit of the same member, which comes first`() throws {
        let edit = JSONEdit.set(try JSONPointer("system"), value: Array(#""N""#.utf8))
        let transform = try BodyTransform(edits: [edit], system: SystemPrompt(prepend: "A"))

        let sent = try transform.body(of: try Exchange.asking("/v1/messages", #"{"model":"fast","system":"M"}"#), model: "m")

        #expect(String(decoding: sent, as: UTF8.self) == #"{"model":"m","system":"A\n\nN"}"#)
    }
}
