import Testing

@testable import JSONBytes

@Suite("Edits by splice")
struct EditsTests {
    private let wanted: JSONNames = ["model", "stream_options"]

    private func edited(_ body: String, _ edit: (inout JSONEdits, JSONTopLevel, [UInt8]) throws -> Void) throws -> String {
        let body = bytes(body)
        var edits = JSONEdits()
        try edit(&edits, try JSONScanner.topLevel(body, wanted: wanted), body)
        let result = edits.applied(to: body)
        try JSONScanner.check(result)
        return text(result)
    }

    @Test(arguments: [
        (#"{"model":"gpt-5","n":1.0}"#, #"{"model":"a\"b","n":1.0}"#), (#"{ "n":1 , "model" : null }"#, #"{ "n":1 , "model" : "a\"b" }"#),
        (#"{"n":1}"#, #"{"n":1,"model":"a\"b"}"#), (#"{ "n":1 }"#, #"{ "n":1,"model":"a\"b" }"#), ("{}", #"{"model":"a\"b"}"#),
        ("{ \n}", "{\"model\":\"a\\\"b\" \n}"),
    ])
    func `set the model and leave every other byte`(body: String, expected: String) throws {
        #expect(try edited(body) { edits, top, _ in edits.setModel("a\"b", in: top) } == expected)
    }

    @Test(arguments: [
        (#"{"n":1}"#, #"{"n":1,"stream_options":{"include_usage":true}}"#, false),
        (#"{"stream_options":null}"#, #"{"stream_options":{"include_usage":true}}"#, false),
        (#"{"stream_options":{}}"#, #"{"stream_options":{"include_usage":true}}"#, false),
        (#"{"stream_options": { "x":1 } }"#, #"{"stream_options": { "x":1,"include_usage":true } }"#, false),
        (#"{"stream_options":{"include_usage":false,"x":1}}"#, #"{"stream_options":{"include_usage":true,"x":1}}"#, false),
        (#"{"stream_options":{"include_usage":null}}"#, #"{"stream_options":{"include_usage":true}}"#, false),
        (#"{"stream_options":{"include_usage": true }}"#, #"{"stream_options":{"include_usage": true }}"#, true),
    ])
    func `ask for usage and tell whether the client had`(body: String, expected: String, asked: Bool) throws {
        var hadAsked = !asked
        let result = try edited(body) { edits, top, body in hadAsked = try edits.includeUsage(in: top, of: body) }

        #expect(result == expected)
        #expect(hadAsked == asked)
    }

    @Test func `refuse stream options of another type or with two answers`() throws {
        for (body, expected) in [
            (#"{"stream_options":[]}"#, JSONError.Reason.wrongType(path: "stream_options", expected: .object, found: .array)),
            (#"{"stream_options":{"include_usage":true,"include_usag\u0065":false}}"#, .duplicateMember("include_usage")),
        ] {
            #expect(reason { _ = try edited(body) { edits, top, body in try edits.includeUsage(in: top, of: body) } } == expected)
        }
    }

    @Test func `add several members to an object, also to an empty one`() throws {
        for (body, expected) in [
            ("{}", #"{"model":"m","stream_options":{"include_usage":true}}"#),
            (#"{"a":1}"#, #"{"a":1,"model":"m","stream_options":{"include_usage":true}}"#),
        ] {
            let result = try edited(body) { edits, top, body in
                edits.setModel("m", in: top)
                try edits.includeUsage(in: top, of: body)
            }
            #expect(result == expected)
        }
    }

    @Test func `may come in any order`() {
        var edits = JSONEdits()

        edits.replace(6..<8, with: bytes("Z"))
        edits.insert(bytes("1"), at: 0)
        edits.remove(2..<4)
        edits.insert(bytes("2"), at: 0)
        edits.insert(bytes("y"), at: 4)

        #expect(text(edits.applied(to: bytes("abcdefgh"))) == "12abyefZ")
        #expect(JSONEdits().applied(to: bytes("abc")) == bytes("abc"))
        #expect(edits.pieces(of: bytes("abcdefgh")).map { text(Array($0)) }.joined() == "12abyefZ")
        #expect(JSONEdits().pieces(of: bytes("abc")) == [bytes("abc")[...]], "what no edit cuts is not cut")
    }

    @Test(arguments: [
        (#""""#, JSONEdit.End.start, #""new""#), (#""""#, .end, #""new""#), (#""old""#, .start, #""new\n\nold""#),
        (#""old\n""#, .end, #""old\n\n\nnew""#),
    ])
    func `add text inside the quotes of a string`(string: String, end: JSONEdit.End, expected: String) throws {
        let body = bytes("[\(string)]")
        var edits = JSONEdits()

        edits.addText("new", toString: 1..<(body.count - 1), at: end, separator: "\n\n")

        #expect(text(edits.applied(to: body)) == "[\(expected)]")
    }

    @Test(arguments: [
        ("[]", JSONEdit.End.start, "[0]"), ("[ ]", .end, "[0 ]"), ("[1,2]", .start, "[0,1,2]"), ("[ 1 , [] ]", .start, "[0, 1 , [] ]"),
        ("[1,2]", .end, "[1,2,0]"), ("[ 1 , [] \n]", .end, "[ 1 , [],0 \n]"), ("[[]]", .end, "[[],0]"),
    ])
    func `add an element at an end of an array`(array: String, end: JSONEdit.End, expected: String) {
        var edits = JSONEdits()

        edits.insertElement(bytes("0"), inArray: 0..<array.utf8.count, of: bytes(array), at: end)

        #expect(text(edits.applied(to: bytes(array))) == expected)
    }
}

@Suite("The leading messages")
struct LeadingMessagesTests {
    private func leading(_ array: String) throws -> JSONLeadingMessages {
        try JSONLeadingMessages(of: bytes(array), array: 0..<array.utf8.count, roles: ["system", "developer"])
    }

    @Test func `are those with one of the roles up to the first other one`() throws {
        let array = #"[ {"role":"system","content":"A"}, {"content":[],"ro\u006ce":"developer"} ,{"role":"user"},{"role":"system"}]"#

        let messages = try leading(array).messages

        #expect(messages.map(\.role) == ["system", "developer"])
        #expect(try messages[0].content?.string(in: bytes(array)) == "A")
        #expect(messages[1].content?.kind == .array)
    }

    @Test(arguments: [
        ("[]", "[X]"), ("[ ]", "[X ]"), (#"[{"role":"user"}]"#, #"[X,{"role":"user"}]"#), (#"[{"role":"system"}]"#, #"[{"role":"system"},X]"#),
        (#"[{"role":"system"} , {"role":"user"}]"#, #"[{"role":"system"},X , {"role":"user"}]"#), ("[1]", "[X,1]"),
        (#"[{"role":5}]"#, #"[X,{"role":5}]"#),
        (#"[{}]"#, #"[X,{}]"#),
    ])
    func `have a place behind them`(array: String, expected: String) throws {
        var edits = JSONEdits()

        edits.insertMessage(bytes("X"), behind: try leading(array))

        #expect(text(edits.applied(to: bytes(array))) == expected)
    }

    @Test func `take several messages in their order`() throws {
        for (array, expected) in [("[]", "[X,Y]"), ("[1]", "[X,Y,1]"), (#"[{"role":"system"}]"#, #"[{"role":"system"},X,Y]"#)] {
            var edits = JSONEdits()

            edits.insertMessage(bytes("X"), behind: try leading(array))
            edits.insertMessage(bytes("Y"), behind: try leading(array))

            #expect(text(edits.applied(to: bytes(array))) == expected)
        }
    }

    @Test func `refuse a message with two roles`() {
        #expect(reason { _ = try leading(#"[{"role":"system","role":"user"}]"#) } == .duplicateMember("role"))
    }
}
