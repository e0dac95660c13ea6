import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters

@Suite("Request bodies on their way to a provider")
struct BodyTransformTests {
    private func send(
        _ body: String, model: String? = nil, edits: [JSONEdit] = [], system: SystemPrompt = SystemPrompt(), path: String = "/v1/chat/completions"
    ) throws -> String {
        let transform = try BodyTransform(edits: edits, system: system)
        let exchange = try Exchange.read(body, path: path)
        return String(decoding: try transform.body(of: exchange, model: model), as: UTF8.self)
    }

    @Test(arguments: [
        #"{"model":"fast","temperature":1.0}"#, "{ \"model\" : \"fast\" ,\n\t\"x\":1e400, \"é\\u00e9\": [ ] }",
        #"{"a":9007199254740993,"model":"fast"}"#,
    ])
    func `are the client's bytes when nothing is to change`(_ body: String) throws {
        #expect(try send(body) == body)
        #expect(try send(body, model: "fast") == body)
    }

    @Test func `name the model as the target does, and stay the same around it`() throws {
        let body = #"{ "x" : 1.50, "model":  "fast" , "y":"fast","z":{"model":"fast"}}"#

        #expect(try send(body, model: "gpt-\"5\"") == #"{ "x" : 1.50, "model":  "gpt-\"5\"" , "y":"fast","z":{"model":"fast"}}"#)
    }

    @Test(arguments: [
        (#"{"model":"fast","stream":true}"#, #"{"model":"fast","stream":true,"stream_options":{"include_usage":true}}"#),
        (#"{"stream":true,"stream_options":null,"model":"fast"}"#, #"{"stream":true,"stream_options":{"include_usage":true},"model":"fast"}"#),
        (
            #"{"model":"fast","stream":true,"stream_options":{"include_obfuscation":false}}"#,
            #"{"model":"fast","stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}"#
        ),
        (
            #"{"model":"fast","stream":true,"stream_options":{"include_usage":false}}"#,
            #"{"model":"fast","stream":true,"stream_options":{"include_usage":true}}"#
        ),
    ])
    func `ask for token counts at the end of a stream`(_ body: String, _ sent: String) throws {
        #expect(try send(body) == sent)
    }

    @Test(arguments: [
        #"{"model":"fast","stream":true,"stream_options":{"include_usage":true}}"#, #"{"model":"fast","stream":false}"#, #"{"model":"fast"}"#,
    ])
    func `ask for nothing where the client has asked or nothing streams`(_ body: String) throws {
        #expect(try send(body) == body)
    }

    @Test func `ask for nothing of operations that do not know the wish`() throws {
        let body = #"{"model":"fast","stream":true}"#

        #expect(try send(body, path: "/v1/responses") == body)
        #expect(try send(body, path: "/v1/audio/speech") == body)
    }

    @Test func `are edited as the route says, in one go with the gateway's own edits`() throws {
        let edits: [JSONEdit] = [
            .set(try JSONPointer("temperature"), value: Array("0.2".utf8)), .default(try JSONPointer("top_p"), value: Array("1".utf8)),
            .remove(try JSONPointer("user")), .clamp(try JSONPointer("max_tokens"), min: nil, max: JSONNumber("4096")),
        ]
        let body = #"{"model":"fast","user":"u","max_tokens":10000,"temperature":1,"stream":true}"#

        let sent = try JSONValue(parsing: Array(try send(body, model: "m", edits: edits).utf8))

        #expect(
            sent == [
                "model": "m", "max_tokens": 4096, "temperature": JSONValue.number(try #require(JSONNumber("0.2"))), "stream": true, "top_p": 1,
                "stream_options": ["include_usage": true],
            ])
    }

    @Test(arguments: ["model", "stream_options", "messages"])
    func `may be edited where the gateway edits too`(_ member: String) throws {
        let edits: [JSONEdit] = [.set(try JSONPointer(member), value: Array((member == "messages" ? "[]" : member == "model" ? "\"x\"" : "{}").utf8))]
        let body = #"{"model":"fast","stream":true,"stream_options":{"include_usage":true,"a":1},"messages":[{"role":"user"}]}"#

        let sent = try JSONValue(parsing: Array(try send(body, model: "m", edits: edits, system: SystemPrompt(prepend: "Hi")).utf8))

        #expect(sent["model"]?.string == "m")
        #expect(sent["messages"]?[0]?["role"]?.string == "system")
    }

    @Test func `are refused in the client's terms when an edit does not fit them`() throws {
        let clamp: [JSONEdit] = [.clamp(try JSONPointer("max_tokens"), min: nil, max: JSONNumber("5"))]

        #expect { try send(#"{"model":"fast","max_tokens":"many"}"#, edits: clamp) } throws: { error in
            guard case GatewayError.malformedBody(let reason) = error else { return false }
            return reason.contains("max_tokens") && !reason.contains("many")
        }
    }

    @Test func `that are no JSON pass untouched`() throws {
        let edits: [JSONEdit] = [.set(try JSONPointer("temperature"), value: Array("0.2".utf8))]

        #expect(try send("--b\r\n", model: "m", edits: edits, path: "/v1/audio/transcriptions") == "--b\r\n")
    }
}

@Suite("A route's system prompt")
struct SystemPromptTests {
    private func send(_ messages: String, prepend: String? = nil, append: String? = nil) throws -> String {
        let transform = try BodyTransform(edits: [], system: SystemPrompt(prepend: prepend, append: append))
        let exchange = try Exchange.read(#"{"model":"fast","messages":\#(messages)}"#)
        let sent = String(decoding: try transform.body(of: exchange, model: nil), as: UTF8.self)
        return String(sent.dropFirst(#"{"model":"fast","messages":"#.utf8.count).dropLast())
    }

    @Test(arguments: [
        (#"[{"role":"user","content":"Hi"}]"#, #"[{"role":"system","content":"A \"b\""},{"role":"user","content":"Hi"}]"#),
        ("[]", #"[{"role":"system","content":"A \"b\""}]"#),
        (#"[{"role":"system","content":"C"},{"role":"user"}]"#, #"[{"role":"system","content":"A \"b\"\n\nC"},{"role":"user"}]"#),
        (#"[{"role":"developer","content":[]}]"#, #"[{"role":"developer","content":[{"type":"text","text":"A \"b\""}]}]"#),
        (
            #"[{"role":"system","content":[{"type":"text","text":"C"}]}]"#,
            #"[{"role":"system","content":[{"type":"text","text":"A \"b\""},{"type":"text","text":"C"}]}]"#
        ),
    ])
    func `goes before what the client said`(_ messages: String, _ sent: String) throws {
        #expect(try send(messages, prepend: "A \"b\"") == sent)
    }

    @Test(arguments: [
        (#"[{"role":"user","content":"Hi"}]"#, #"[{"role":"system","content":"Z"},{"role":"user","content":"Hi"}]"#),
        (
            #"[{"role":"system","content":"A"},{"role":"developer","content":"B"},{"role":"user"}]"#,
            #"[{"role":"system","content":"A"},{"role":"developer","content":"B\n\nZ"},{"role":"user"}]"#
        ),
    ])
    func `goes behind the client's last instruction`(_ messages: String, _ sent: String) throws {
        #expect(try send(messages, append: "Z") == sent)
    }

    @Test func `is one message when there is none to join`() throws {
        #expect(try send("[]", prepend: "A", append: "Z") == #"[{"role":"system","content":"A\n\nZ"}]"#)
        #expect(try send(#"[{"role":"system","content":"M"}]"#, prepend: "A", append: "Z") == #"[{"role":"system","content":"A\n\nM\n\nZ"}]"#)
    }

    @Test(arguments: [
        (#"{"model":"fast","input":"x"}"#, #"{"model":"fast","input":"x","instructions":"A\n\nZ"}"#),
        (#"{"model":"fast","instructions":"M"}"#, #"{"model":"fast","instructions":"A\n\nM\n\nZ"}"#),
        (#"{"model":"fast","instructions":null}"#, #"{"model":"fast","instructions":"A\n\nZ"}"#),
    ])
    func `is part of the instructions of a responses request`(_ body: String, _ sent: String) throws {
        let transform = try BodyTransform(edits: [], system: SystemPrompt(prepend: "A", append: "Z"))

        let bytes = try transform.body(of: try Exchange.read(body, path: "/v1/responses"), model: nil)

        #expect(String(decoding: bytes, as: UTF8.self) == sent)
    }
}
