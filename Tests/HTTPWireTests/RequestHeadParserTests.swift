import Testing

@testable import HTTPWire

@Suite("The request head parser")
struct RequestHeadParserTests {
    @Test func `reads a request with a body behind it`() throws {
        var parser = RequestHeadParser()
        let bytes = Array("POST /v1/chat%20x?a=1&b=?2 HTTP/1.1\r\nHost: a.example:8000\r\nContent-Length: 5\r\nX-Empty:\r\n\r\nhello".utf8)

        let (head, end) = try #require(try parser.parse(bytes, from: 0))

        #expect(head.method == .post)
        #expect(head.path == "/v1/chat%20x")
        #expect(head.query == "a=1&b=?2")
        #expect(head.target == "/v1/chat%20x?a=1&b=?2")
        #expect(head.version == .http11)
        #expect(head.authority == "a.example:8000")
        #expect(head.framing == .length(5))
        #expect(head.keepAlive)
        #expect(head.fields.first("x-empty")?.isEmpty == true)
        #expect(bytes[end...].elementsEqual("hello".utf8))
    }

    @Test func `reads pipelined requests one after the other`() throws {
        var parser = RequestHeadParser()
        let bytes = Array("GET /a HTTP/1.1\r\nHost: x\r\n\r\n\r\nDELETE /b HTTP/1.1\r\nHost: y\r\n\r\nGET /c".utf8)

        let first = try #require(try parser.parse(bytes, from: 0))
        let second = try #require(try parser.parse(bytes, from: first.end))

        #expect(first.head.path == "/a")
        #expect(second.head.method == .delete)
        #expect(second.head.authority == "y")
        #expect(second.head.fields.count == 1)
        #expect(try parser.parse(bytes, from: second.end) == nil)
    }

    @Test func `reads on when the caller has moved the bytes within its buffer`() throws {
        var parser = RequestHeadParser()
        let bytes = Array("GET /a HTTP/1.1\r\nHost: first\r\nX-Last: 1\r\n\r\n".utf8)

        let early = try parser.parse(Array("junk".utf8) + bytes[..<25], from: 4)
        let parsed = try #require(try parser.parse(bytes, from: 0))

        #expect(early == nil)
        #expect(parsed.head.fields.map(\.value) == ["first", "1"])
        #expect(parsed.end == bytes.count)
    }

    @Test func `starts anew after reset`() throws {
        var parser = RequestHeadParser()

        let begun = try parser.parse(Array("GET /old HTTP/1.1\r\nHo".utf8), from: 0)
        parser.reset()
        let parsed = try #require(try parser.parse(Array("GET /new HTTP/1.1\r\nHost: x\r\n\r\n".utf8), from: 0))

        #expect(begun == nil)
        #expect(parsed.head.path == "/new")
    }

    @Test(arguments: ["", "\r\n", "\r\n\r\n"])
    func `passes over up to two empty lines before the request line`(before: String) {
        #expect(HeadOutcome(before + "GET / HTTP/1.1\r\nHost: x\r\n\r\n").head?.path == "/")
    }

    @Test(
        arguments: [
            ("http://other.example/x?y", "/x", "y", "other.example"),
            ("HTTP://other.example:80", "/", nil, "other.example:80"),
            ("https://[::1]:8443?y", "/", "y", "[::1]:8443"),
            ("http://other.example/?", "/", "", "other.example"),
        ] as [(String, String, String?, String)])
    func `takes the authority of an absolute target over the Host header`(target: String, path: String, query: String?, authority: String) {
        let head = HeadOutcome("GET \(target) HTTP/1.1\r\nHost: mine\r\n\r\n").head

        #expect(head?.path == path)
        #expect(head?.query == query)
        #expect(head?.authority == authority)
    }

    @Test(arguments: ["*", "http://x.example"])
    func `serves OPTIONS of the whole server`(target: String) {
        let head = HeadOutcome("OPTIONS \(target) HTTP/1.1\r\nHost: x\r\n\r\n").head

        #expect(head?.method == .options)
        #expect(head?.path == "*")
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false), ("HTTP/1.1", "Connection: x, CLOSE\r\n", false),
        ("HTTP/1.1", "Connection: close\r\nConnection: keep-alive\r\n", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", true), ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func `keeps the connection as the version and the Connection header say`(version: String, field: String, keepAlive: Bool) {
        #expect(HeadOutcome("GET / \(version)\r\nHost: x\r\n\(field)\r\n").head?.keepAlive == keepAlive)
    }

    @Test(arguments: [
        ("HTTP/1.1", "Content-Length: 3\r\n", true), ("HTTP/1.1", "Transfer-Encoding: chunked\r\n", true), ("HTTP/1.1", "", false),
        ("HTTP/1.1", "Content-Length: 0\r\n", false), ("HTTP/1.0", "Content-Length: 3\r\n", false),
    ])
    func `sees who waits for 100 Continue: HTTP/1.1 with a body`(version: String, field: String, expects: Bool) {
        #expect(HeadOutcome("POST / \(version)\r\nHost: x\r\nExpect: 100-Continue\r\n\(field)\r\n").head?.expectsContinue == expects)
    }

    @Test func `sees a wish for another protocol only when Connection names it`() {
        #expect(HeadOutcome("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n").head?.asksForUpgrade == true)
        #expect(HeadOutcome("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n").head?.asksForUpgrade == false)
    }

    @Test(arguments: ["chunked", "Chunked", "CHUNKED", " \tchunked\t "])
    func `knows chunked in any case`(coding: String) {
        #expect(HeadOutcome("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\(coding)\r\n\r\n").head?.framing == .chunked)
    }

    @Test func `lets HTTP 1.0 do without Host`() {
        #expect(HeadOutcome("GET / HTTP/1.0\r\n\r\n").head?.authority == nil)
    }

    @Test(arguments: ["x", "x:", "x:0", "x:65535", "a-b.example_1", "[::1]", "[2001:db8::1.2.3.4]:80", "%41b", "a!$&'()*+,;=~"])
    func `takes every form of host`(host: String) {
        #expect(HeadOutcome("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").head?.authority == host)
    }

    @Test func `keeps bytes above ASCII in values and makes text of them`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: x\r\nX-Name: ".utf8) + [0xC3, 0xA9, 0xFF] + Array("\r\n\r\n".utf8)

        let head = try #require(HeadOutcome(whole: bytes).head)

        #expect(head.fields.firstBytes("x-name").map { Array($0) } == [0xC3, 0xA9, 0xFF])
        #expect(head.fields.first("x-name") == "é\u{FFFD}")
    }

    @Test func `says the same however the bytes are cut`() {
        let bytes = Array("\r\nPOST http://a/b?c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nA:  b c \t\r\n\r\nrest".utf8)
        let whole = HeadOutcome(whole: bytes)

        #expect(whole.head != nil)
        #expect(HeadOutcome(pieces: bytes.map { [$0] }) == whole)
        for cut in 0...bytes.count {
            #expect(HeadOutcome(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])], offset: cut % 3) == whole)
        }
    }
}
