import Testing

@testable import JSONBytes

@Suite("A pointer")
struct PointerTests {
    @Test(arguments: [
        ("temperature", ["temperature"]), ("/temperature", ["temperature"]), ("/a/b~1c", ["a", "b/c"]), ("/a~0b/~01", ["a~b", "~1"]),
        ("/messages/0/content", ["messages", "0", "content"]), ("/", [""]), ("/a//b", ["a", "", "b"]), ("a~b", ["a~b"]),
        ("stream_options.include_usage", ["stream_options.include_usage"]), ("/stop/-", ["stop", "-"]), ("/ü", ["ü"]),
    ])
    func `is read as RFC 6901 says, or as the bare name of a top-level member`(text: String, tokens: [String]) throws {
        #expect(try JSONPointer(text).tokens == tokens)
        #expect(try JSONPointer(JSONPointer(text).description).tokens == tokens)
    }

    @Test func `refuses what it cannot mean`() {
        #expect(throws: JSONPointer.SyntaxError.empty) { try JSONPointer("") }
        #expect(throws: JSONPointer.SyntaxError.slashInName) { try JSONPointer("a/b") }
        #expect(throws: JSONPointer.SyntaxError.badEscape) { try JSONPointer("/a~") }
        #expect(throws: JSONPointer.SyntaxError.badEscape) { try JSONPointer("/a~2") }
        #expect(throws: JSONPointer.SyntaxError.tooDeep(limit: 32)) { try JSONPointer(String(repeating: "/a", count: 33)) }
    }

    @Test(arguments: [
        ("0", 0), ("7", 7), ("10", 10), ("00", nil), ("01", nil), ("-1", nil), ("-", nil), ("", nil), ("1x", nil), ("99999999999999999999", nil),
    ])
    func `takes only digits without a leading zero for an array position`(token: String, index: Int?) {
        #expect(JSONPointer.index(token) == index)
    }
}
