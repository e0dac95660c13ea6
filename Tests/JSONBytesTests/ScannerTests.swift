import Testing

@testable import JSONBytes

@Suite("The scanner")
struct ScannerTests {
    private let chat = bytes(#" { "model" : "gpt-5" ,"stream":true, "n":1e1,"messages":[{"model":"inner"}], "stop":null }  "#)
    private let wanted: JSONNames = ["model", "stream", "n", "messages", "stop", "user"]

    @Test func `finds top-level members by byte range and kind`() throws {
        let top = try JSONScanner.topLevel(chat, wanted: wanted)

        #expect(top.memberCount == 5)
        #expect(text(Array(chat[top.object])).hasPrefix("{") && text(Array(chat[top.object])).hasSuffix("}"))
        let model = try #require(top["model"])
        #expect(model.kind == .string)
        #expect(text(Array(chat[model.value])) == #""gpt-5""#)
        #expect(text(Array(chat[model.member])) == #""model" : "gpt-5""#)
        #expect(top["messages"]?.kind == .array)
        #expect(top["stop"]?.kind == .null)
        #expect(top["user"] == nil)
    }

    @Test func `decodes what it found`() throws {
        let top = try JSONScanner.topLevel(chat, wanted: wanted)

        #expect(try top["model"]?.string(in: chat) == "gpt-5")
        #expect(try top["stream"]?.bool(in: chat) == true)
        #expect(try top["n"]?.int(in: chat) == 10)
        #expect(try top["n"]?.number(in: chat).spelling == "1e1")
        #expect(reason { _ = try top["model"]?.int(in: chat, named: "model") } == .wrongType(path: "model", expected: .number, found: .string))
    }

    @Test func `scans a part of a body with offsets that count from its start`() throws {
        let body = bytes(#"{"stream_options":{"include_usage":false}}"#)
        let options = try #require(try JSONScanner.topLevel(body, wanted: ["stream_options"])["stream_options"])

        let inner = try JSONScanner.topLevel(body, in: options.value, wanted: ["include_usage"])

        #expect(text(Array(body[try #require(inner["include_usage"]).value])) == "false")
    }

    @Test(arguments: [
        #"{"model":"a","model":"b"}"#, #"{"model":"a","mod\u0065l":"b"}"#, #"{"\u006dodel":"a","x":1,"model":"a"}"#,
        #"{"mod\u0065l":"a","\u006Dodel":"b"}"#,
    ])
    func `refuses a wanted member that occurs twice however its name is escaped`(body: String) {
        #expect(reason { _ = try JSONScanner.topLevel(bytes(body), wanted: ["model"]) } == .duplicateMember("model"))
    }

    @Test func `finds a wanted member whose name is escaped`() throws {
        let body = bytes(#"{"mod\u0065l":"a"}"#)

        #expect(try JSONScanner.topLevel(body, wanted: ["model"])["model"]?.string(in: body) == "a")
    }

    @Test(arguments: [#"{"Model":"a"}"#, #"{"model":"a","MODEL":"b"}"#, #"{"mod\u0045l":"b"}"#])
    func `refuses a name that a parser blind to case takes for a wanted one`(body: String) {
        #expect(reason { _ = try JSONScanner.topLevel(bytes(body), wanted: ["model"]) } == .ambiguousMember("model"))
    }

    @Test func `refuses the two letters outside ASCII that fold into it`() {
        let cases = [("{\"\u{17F}tream\":true}", "stream"), ("{\"\\u017Ftream\":true}", "stream"), ("{\"to\u{212A}ens\":1}", "tokens")]

        for (body, name) in cases {
            #expect(reason { _ = try JSONScanner.topLevel(bytes(body), wanted: ["stream", "tokens"]) } == .ambiguousMember(name))
        }
    }

    @Test func `refuses names that parsers cut short or mend`() {
        #expect(reason { _ = try JSONScanner.topLevel(bytes(#"{"model\u0000":1}"#), wanted: ["model"]) } == .nullInName)
        #expect(reason { _ = try JSONScanner.topLevel(bytes(#"{"mod\ud800el":1}"#), wanted: ["model"]) } == .loneSurrogate)
        #expect(reason { _ = try JSONScanner.topLevel(bytes("{\"mod") + [0xFF] + bytes("el\":1}"), wanted: ["model"]) } == .badUTF8)
    }

    @Test func `lets members that nobody wants repeat`() throws {
        #expect(try JSONScanner.topLevel(bytes(#"{"a":1,"a":2,"model":"x"}"#), wanted: ["model"]).memberCount == 3)
    }

    @Test(arguments: [
        #"{"model":"a"} "x""#, #"{"model":"a"}}"#, #"{"model":"a"},"#, #"{"model":"a"}{"model":"b"}"#, "{} \u{0}",
    ])
    func `refuses anything behind the object`(body: String) {
        #expect(reason { _ = try JSONScanner.topLevel(bytes(body), wanted: ["model"]) } == .trailingBytes)
    }

    @Test func `refuses a body that is no object`() {
        #expect(reason { _ = try JSONScanner.topLevel(bytes(" [1]"), wanted: []) } == .wrongType(path: "", expected: .object, found: .array))
        #expect(reason { _ = try JSONScanner.topLevel(bytes(" "), wanted: []) } == .unexpectedEnd)
        #expect(reason { _ = try JSONScanner.topLevel([0xEF, 0xBB, 0xBF] + bytes("{}"), wanted: []) } == .unexpectedByte)
    }

    @Test func `counts members against their limit`() throws {
        let limits = JSONLimits(membersMax: 2)

        #expect(try JSONScanner.topLevel(bytes(#"{"a":1,"b":2}"#), wanted: [], limits: limits).memberCount == 2)
        #expect(reason { _ = try JSONScanner.topLevel(bytes(#"{"a":1,"b":2,"c":3}"#), wanted: [], limits: limits) } == .tooManyMembers(limit: 2))
    }

    @Test func `reads every recorded request`() throws {
        for body in try Fixtures.bodies() {
            let top = try JSONScanner.topLevel(body, wanted: ["model", "messages", "contents", "input"])
            #expect(top["messages"] != nil || top["contents"] != nil || top["input"] != nil)
        }
    }
}
