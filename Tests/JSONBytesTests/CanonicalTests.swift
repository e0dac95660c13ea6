import Testing

@testable import JSONBytes

@Suite("The canonical form")
struct CanonicalTests {
    @Test(arguments: [
        #"{"b":[1,{"d":null,"c":"\n"}],"a":"é/"}"#, #" { "a" : "\u00e9\/" , "b" : [ 1 , { "c" : "\u000A" , "d" : null } ] } "#,
        #"{"\u0061":"\u00E9/","b":[1,{"\u0063":"\n","d":null}]}"#,
    ])
    func `does not depend on key order, white space or escapes`(body: String) throws {
        #expect(try canonical(bytes(body)) == #"{"a":"é/","b":[1,{"c":"\n","d":null}]}"#)
    }

    @Test func `differs wherever the content does`() throws {
        let bodies = [
            #"{"a":1}"#, #"{"a":1.0}"#, #"{"a":1e0}"#, #"{"a":"1"}"#, #"{"a":-0}"#, #"{"a":0}"#, #"{"a":[1]}"#, #"{"a":[]}"#, #"{"a":{}}"#,
            #"{"a":null}"#, #"{"a":"null"}"#,
            #"{"A":1}"#, #"{"a":1,"b":2}"#, #"{"a":[1,2]}"#, #"{"a":[2,1]}"#, #"{"a":"\""}"#, #"{"a":"\\"}"#, #"{"a":"\\\""}"#, #"{"a":"\","}"#,
            #"{"a":"\u0000"}"#,
            #"{"a":"\\u0000"}"#, #"{"a":"é"}"#, #"{"a":"e\u0301"}"#, #"{"":1}"#, #"{"a":" "}"#, #"{"a":""}"#, #"["a",1]"#, #"["a:1"]"#, #""a""#,
            "null", #"{"a":{"b":1}}"#,
        ]

        #expect(Set(try bodies.map { bytes(try canonical(bytes($0))) }).count == bodies.count)
    }

    @Test func `leaves out top-level members, and only those`() throws {
        let body = bytes(#"{"user":"u","b":{"user":"v"},"str\u0065am":true,"a":1,"metadata":{"x":[]}}"#)

        #expect(try canonical(body, excluding: ["stream", "user", "metadata"]) == #"{"a":1,"b":{"user":"v"}}"#)
        #expect(try canonical(bytes(#"{"user":1}"#), excluding: ["user"]) == "{}")
    }

    @Test(arguments: [#"{"a":1,"a":1}"#, #"{"x":{"a":1,"b":2,"\u0061":3}}"#, #"[{"b":1,"a":2,"b":3}]"#])
    func `is refused to a body with a name twice in one object`(body: String) {
        #expect(reason { _ = try canonical(bytes(body)) } == .duplicateMember(nil))
    }

    @Test func `is refused to strings that decode to nothing certain`() {
        #expect(reason { _ = try canonical(bytes(#"["\ud800"]"#)) } == .loneSurrogate)
        #expect(reason { _ = try canonical(bytes(#"["\udc00\ud800"]"#)) } == .loneSurrogate)
        #expect(reason { _ = try canonical([0x22, 0xFF, 0x22]) } == .badUTF8)
        #expect(reason { _ = try canonical([0x22, 0xED, 0xA0, 0x80, 0x22]) } == .badUTF8)
        #expect(reason { _ = try canonical([0x22, 0xC0, 0xAF, 0x5C, 0x6E, 0x22]) } == .badUTF8)
    }

    @Test func `is appended to what is there`() throws {
        var output = bytes("POST ")

        try JSONCanonical.append(bytes(#"{"b":1,"a":2}"#), into: &output)

        #expect(text(output) == #"POST {"a":2,"b":1}"#)
    }

    @Test func `sorts many members as it sorts few`() throws {
        let names = (0..<300).map { "k\($0)" }
        let body = "{" + names.map { "\"\($0)\":{\"z\":1,\"a\":[\"\($0)\"]}" }.joined(separator: ",") + "}"
        let expected = "{" + names.sorted().map { "\"\($0)\":{\"a\":[\"\($0)\"],\"z\":1}" }.joined(separator: ",") + "}"

        #expect(try canonical(bytes(body)) == expected)
    }

    @Test func `is refused when sorting would move the body again and again`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            let text = String(repeating: "x", count: 10_000)
            return bytes(String(repeating: #"{"b":1,"a":"#, count: depth) + "\"\(text)\"" + String(repeating: "}", count: depth))
        }

        #expect(try canonical(nested(12)).hasPrefix(#"{"a":{"a":"#))
        #expect(reason { _ = try canonical(nested(40)) } == .tooMuchToSort)
    }
}
