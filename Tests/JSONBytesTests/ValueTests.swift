import Testing

@testable import JSONBytes

@Suite("The value tree")
struct ValueTests {
    @Test(arguments: JSONKind.allCases, JSONKind.allCases)
    func `a kind equals itself alone`(left: JSONKind, right: JSONKind) { #expect((left == right) == (left.rawValue == right.rawValue)) }

    @Test func `keeps the order of members and the spelling of numbers`() throws {
        let body = #"{"z":1.0,"a":[1E5,-0,{"y":0.10,"b":null}],"m":true}"#

        #expect(text(try JSONValue(parsing: bytes(body)).written()) == body)
    }

    @Test func `is read by subscripts that are nil where nothing is`() throws {
        let value = try JSONValue(parsing: bytes(#"{"choices":[{"delta":{"content":"Hi","index":2,"logprobs":null,"p":0.5,"done":false}}]}"#))
        let delta = value["choices"]?[0]?["delta"]

        #expect(delta?["content"]?.string == "Hi")
        #expect(delta?["index"]?.int == 2)
        #expect(delta?["p"]?.double == 0.5)
        #expect(delta?["p"]?.int == nil)
        #expect(delta?["done"]?.bool == false)
        #expect(delta?["logprobs"]?.isNull == true)
        #expect(delta?["content"]?.int == nil && delta?["index"]?.string == nil)
        #expect(delta?.object?.names == ["content", "index", "logprobs", "p", "done"])
        #expect(value["choices"]?[1] == nil && value["choices"]?[-1] == nil && value[0] == nil && value["x"]?["y"] == nil)
        #expect(value[try pointer("/choices/0/delta/index")]?.int == 2)
        #expect(value[try pointer("/choices/1")] == nil)
    }

    @Test func `is built from literals and changed in place`() {
        var value: JSONValue = ["model": "m", "n": 1, "t": 0.5, "stream": true, "stop": nil, "list": ["a", 2, []]]

        value["model"] = "x"
        value["n"] = nil
        value["tools"] = [["type": "function"]]
        value["stream_options"] = .object(["include_usage": true])

        #expect(
            text(value.written())
                == #"{"model":"x","t":0.5,"stream":true,"stop":null,"list":["a",2,[]],"tools":[{"type":"function"}],"stream_options":{"include_usage":true}}"#
        )
    }

    @Test func `becomes an object when a member of null is set`() {
        var value: JSONValue = nil

        value["usage"] = JSONValue(7)

        #expect(value == ["usage": 7])
    }

    @Test(arguments: [#"{"a":1,"a":2}"#, #"[{"x":{"a":1,"\u0061":2}}]"#, "{" + (0..<40).map { "\"k\($0 % 39)\":1" }.joined(separator: ",") + "}"])
    func `is refused to a body with a name twice in one object`(body: String) {
        #expect(reason { _ = try JSONValue(parsing: bytes(body)) } == .duplicateMember(nil))
    }

    @Test func `tells names apart by their bytes`() throws {
        let value = try JSONValue(parsing: bytes("{\"é\":1,\"e\u{301}\":2}"))

        #expect(value["é"]?.int == 1)
        #expect(value["e\u{301}"]?.int == 2)
    }

    @Test func `is made from a part of a body`() throws {
        let body = bytes(#"{"usage":{"total":3},"x":1}"#)
        let usage = try #require(try JSONScanner.topLevel(body, wanted: ["usage"])["usage"])

        #expect(try JSONValue(parsing: body, in: usage.value)["total"]?.int == 3)
    }

    @Test func `of every recorded request says the same as the request`() throws {
        for body in try Fixtures.bodies() {
            let value = try JSONValue(parsing: body)
            #expect(try canonical(value.written()) == canonical(body))
            #expect(try JSONValue(parsing: value.written()) == value)
        }
    }
}

@Suite("A string")
struct TextTests {
    private func decoded(_ spelled: String) throws -> String? { try JSONValue(parsing: bytes("\"\(spelled)\"")).string }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"\u0041\u00e9\u20AC"#, "Aé€"), (#"\ud83d\ude00x"#, "😀x"),
        (#"\uD800\uDC00\uDBFF\uDFFF"#, "\u{10000}\u{10FFFF}"), (#"é€😀\u0000"#, "é€😀\u{0}"), (#"\ufeff\uffff"#, "\u{FEFF}\u{FFFF}"),
    ])
    func `is decoded with its escapes and surrogate pairs`(spelled: String, expected: String) throws {
        #expect(try decoded(spelled)?.unicodeScalars.elementsEqual(expected.unicodeScalars) == true)
    }

    @Test(arguments: [
        #"\ud800"#, #"\udc00"#, #"\ud800x"#, #"\ud800\n"#, #"\ud800\ud800"#, #"\udc00\ud800"#, #"x\udfff\ud83d\ude00"#, #"\ud83d\u0041"#,
    ])
    func `with half of a surrogate pair is refused`(spelled: String) {
        #expect(reason { _ = try decoded(spelled) } == .loneSurrogate)
    }

    @Test(
        arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xC3, 0x5C, 0x6E]] as [[UInt8]]
    )
    func `that is not UTF-8 is refused`(string: [UInt8]) {
        #expect(reason { _ = try JSONValue(parsing: [0x22] + string + [0x22]) } == .badUTF8)
    }

    @Test func `is written in one way and read back the same`() throws {
        let all = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init))) + "\u{2028}😀\u{10FFFF}"

        let written = JSONText.quoted(all)

        #expect(text(written).hasPrefix(#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e"#))
        #expect(text(written).contains(##" !\"#$%&'()*+,-./0"##) && text(written).contains(#"[\\]"#))
        #expect(try JSONValue(parsing: written).string?.unicodeScalars.elementsEqual(all.unicodeScalars) == true)
    }
}
