import Foundation
import Testing

@testable import JSONBytes

@Suite("The grammar")
struct GrammarTests {
    static let accepted = [
        "{}", "[]", " [ ] ", "null", "true", "false", "0", "-0", "10", "1.5", "-1.25e+10", "1E5", "1e-05", "0.0", "0e0", "\"\"", "\"a\"",
        "[1,2 , 3]", "{\"\":0}", "{\"a\":{\"b\":[[],{},[{}]]}}", "\t\n\r [1]\r\n", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", "\"\u{7F}\u{2028}\"",
        "\"\\uD83D\\uDE00\"", "[[[[[[[[]]]]]]]]", "\"0123456789abcdef0123456789abcdef0123456789\\n0123456789abcdef\"", "{\"a\":1,\"b\":2}",
    ]
    static let refused = [
        "", " ", "{", "[", "\"", "{]", "[}", "[1}", "{\"a\":1]", "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "{'a':1}", "{1:1}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "[1]]", "1 2", "01", "-", "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+",
        "1.5.5", "0x10", "1_000", "NaN", "Infinity", "-Infinity", "tru", "trueX", "True", "nul", "nulll", "falsy", "\"a", "\"\\", "\"\\\"",
        "\"\\x\"", "\"\\u\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\U0041\"", "\"\u{1}\"", "\"a\nb\"", "\"a\tb\"", "\"\u{0}\"", "[1]x", "// c\n1",
        "1 /* c */",
        "\u{FEFF}1", "[1,\u{A0}2]", "[\u{B}]", "\u{C}1", "{\"a\":\"0123456789abcdef0123456789abcdef0123456789\u{1F}\"}", "[-]", "[1e]", "[--1]",
        "[1,,2]",
    ]

    @Test(arguments: accepted) func `accepts what RFC 8259 allows`(json: String) throws {
        try JSONScanner.check(bytes(json))
        #expect(try JSONValue(parsing: bytes(json)).kind == JSONScanner.check(bytes(json)).kind)
        _ = try canonical(bytes(json))
    }

    @Test(arguments: refused) func `refuses everything else, in the scanner, the tree and the canonical form alike`(json: String) {
        #expect(reason { try JSONScanner.check(bytes(json)) } != nil)
        #expect(reason { _ = try JSONValue(parsing: bytes(json)) } != nil)
        #expect(reason { _ = try canonical(bytes(json)) } != nil)
    }

    @Test func `is bounded in depth before anything recurses`() throws {
        let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        let tooDeep = "[" + deepest + "]"
        let abyss = String(repeating: "{\"a\":[", count: 200_000)

        try JSONScanner.check(bytes(deepest))
        _ = try JSONValue(parsing: bytes(deepest))
        _ = try canonical(bytes(deepest))
        for body in [tooDeep, abyss].map(bytes) {
            #expect(reason { try JSONScanner.check(body) } == .tooDeep(limit: 128))
            #expect(reason { _ = try JSONValue(parsing: body) } == .tooDeep(limit: 128))
            #expect(reason { _ = try canonical(body) } == .tooDeep(limit: 128))
        }
    }

    @Test func `counts depth the same way in every reader`() throws {
        let body = bytes(#"{"a":[{"b":[1]}]}"#)
        let plan = try JSONEditPlan([.set(pointer("/a/0/b/0"), value: bytes("2"))])

        for depth in 1...5 {
            let limits = JSONLimits(depthMax: depth)
            let expected: JSONError.Reason? = depth < 4 ? .tooDeep(limit: depth) : nil
            #expect(reason { try JSONScanner.check(body, limits: limits) } == expected)
            #expect(reason { _ = try JSONScanner.topLevel(body, wanted: [], limits: limits) } == expected)
            #expect(reason { _ = try JSONValue(parsing: body, limits: limits) } == expected)
            #expect(reason { _ = try canonical(body, limits: limits) } == expected)
            #expect(reason { _ = try plan.applied(to: body, limits: limits) } == expected)
        }
    }

    @Test func `is bounded in the length of numbers and strings and in the number of values`() {
        let limits = JSONLimits(numberBytesMax: 4, stringBytesMax: 3, membersMax: 2, valuesMax: 4)

        #expect(reason { try JSONScanner.check(bytes("[1234,\"abc\"]"), limits: limits) } == nil)
        #expect(reason { try JSONScanner.check(bytes("[12345]"), limits: limits) } == .numberTooLong(limitBytes: 4))
        #expect(reason { try JSONScanner.check(bytes("[\"abcd\"]"), limits: limits) } == .stringTooLong(limitBytes: 3))
        #expect(reason { try JSONScanner.check(bytes("{\"abcd\":1}"), limits: limits) } == .stringTooLong(limitBytes: 3))
        #expect(reason { _ = try JSONValue(parsing: bytes("[1,2,3,4]"), limits: limits) } == .tooManyValues(limit: 4))
        #expect(reason { _ = try canonical(bytes("[1,2,3,4]"), limits: limits) } == .tooManyValues(limit: 4))
        #expect(reason { _ = try JSONValue(parsing: bytes(#"{"a":1,"b":2,"c":3}"#), limits: limits) } == .tooManyMembers(limit: 2))
        #expect(reason { _ = try canonical(bytes(#"{"a":1,"b":2,"c":3}"#), limits: limits) } == .tooManyMembers(limit: 2))
    }

    @Test func `says at which byte a text goes wrong and blames nobody's content`() {
        let error = #expect(throws: JSONError.self) { try JSONScanner.check(bytes(#"{"secret":"prompt" oops}"#)) }

        #expect(error == JSONError(.unexpectedByte, at: 19))
        #expect(error?.message == "The body cannot be used as JSON: unexpected byte (byte 19).")
    }

    @Test func `finds the end of a string at every distance from the end of the text`() throws {
        for length in 0...200 {
            let string = String(repeating: "x", count: length)
            for stop in ["\"", "\\n\"", "\u{1}\""] {
                let body = bytes("\"" + string + stop)
                #expect(ByteSearch.stringStop(in: body.span, from: 1) == 1 + length)
                #expect(ByteSearch.stringStop(in: bytes(string).span, from: 0) == length)
            }
        }
        for byte in UInt8.min...UInt8.max {
            let isStop = byte == 0x22 || byte == 0x5C || byte < 0x20
            for position in 0..<48 {
                var body = [UInt8](repeating: 0xC3, count: 48)
                body[position] = byte
                #expect(ByteSearch.stringStop(in: body.span, from: 0) == (isStop ? position : 48))
            }
        }
    }

    @Test func `checks escapes wherever they fall in a long string`() throws {
        let good = [(#"\\"#, "\\"), (#"\""#, "\""), (#"\\\""#, "\\\""), (#"\u00e9"#, "é"), (#"\n\n"#, "\n\n"), (#"\ud83d\ude00\\"#, "😀\\")]
        let bad = [#"\x"#, #"\u12g4"#, #"\\\x"#, "\u{1F}", "\\\n", #"\u123"#]
        for length in 0...140 {
            let before = String(repeating: "é", count: length / 2) + String(repeating: "x", count: length % 2)
            let after = String(repeating: "y", count: 140 - length)
            for (spelled, meant) in good {
                let body = bytes("[\"\(before)\(spelled)\(after)\",1]")
                try JSONScanner.check(body)
                #expect(try JSONValue(parsing: body)[0]?.string == before + meant + after)
                #expect(reason { try JSONScanner.check(bytes("[\"\(before)\(spelled)\(after)")) } == .unexpectedEnd)
            }
            for spelled in bad {
                #expect(reason { try JSONScanner.check(bytes("[\"\(before)\(spelled)\(after)\"]")) } != nil, "\(length) \(spelled)")
            }
        }
    }
}
