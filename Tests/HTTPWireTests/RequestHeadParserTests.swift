import Testing

@testable import HTTPWire

@Suite("The request head parser")
struct RequestHeadParserTests {
    @Test func `reads a plain request`() throws {
        var parser = RequestHeadParser()
        let bytes = Array("POST /v1/chat?x=1 HTTP/1.1\r\nHost: a.example:8000\r\nContent-Length: 5\r\n\r\nhello".utf8)

        let parsed = try #require(try parser.parse(bytes, from: 0))

        #expect(parsed.head.method == .post)
        #expect(parsed.head.path == "/v1/chat")
        #expect(parsed.head.query == "x=1")
        #expect(parsed.head.framing == .length(5))
        #expect(parsed.head.authority == "a.example:8000")
        #expect(bytes[parsed.end...].elementsEqual("hello".utf8))
    }
}
