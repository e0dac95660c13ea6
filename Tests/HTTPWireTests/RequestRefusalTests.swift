import Testing

@testable import HTTPWire

@Suite("A request is refused")
struct RequestRefusalTests {
    private func status(_ request: String, limits: HTTPLimits = HTTPLimits()) -> Int? { HeadOutcome(request, limits: limits).status }

    /// A request with `fields` (each with its line end) besides Host.
    private func status(fields: String) -> Int? { status("POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n") }

    @Test(arguments: [
        ("GET  / HTTP/1.1", 400), ("GET /  HTTP/1.1", 400), ("GET / HTTP/1.1 ", 400), (" GET / HTTP/1.1", 400), ("GET\t/ HTTP/1.1", 400),
        ("GET / x HTTP/1.1", 400), ("GET HTTP/1.1", 400), ("GET /", 400), ("GET", 400), ("GET  HTTP/1.1", 400), ("G(T / HTTP/1.1", 400),
        ("GÉT / HTTP/1.1", 400), (": / HTTP/1.1", 400), ("GET / HTTP/1.1\r", 400), ("GET /\r HTTP/1.1", 400), ("GET /\0 HTTP/1.1", 400),
        ("\u{16}\u{3}\u{1}\u{2}", 400), ("CONNECT x.example:443 HTTP/1.1", 501), ("TRACE / HTTP/1.1", 501),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1", 501),
    ])
    func `when its request line is malformed or its method not served`(line: String, expected: Int) {
        #expect(status("\(line)\r\nHost: x\r\n\r\n") == expected)
    }

    @Test(arguments: [
        ("HTTP/2.0", 505), ("HTTP/1.2", 505), ("HTTP/0.9", 505), ("HTTP/3.0", 505), ("http/1.1", 400), ("HTTP/11", 400), ("HTTP/1,1", 400),
        ("HTTP/1.", 400), ("HTTP/1.1x", 400), ("HTTP/ 1.1", 400), ("HTTP/a.1", 400), ("HTTPS/1.1", 400), ("HTTP-1.1", 400), ("HTTP/1.10", 400),
    ])
    func `when its version is malformed or not served`(version: String, expected: Int) {
        #expect(status("GET / \(version)\r\nHost: x\r\n\r\n") == expected)
    }

    @Test(arguments: ["\u{16}", "\0", " ", "\"", "{", "\u{80}"])
    func `at its first byte when that starts no method`(byte: String) {
        #expect(HeadOutcome(byte) == .refused(.methodMalformed))
    }

    @Test func `when it is the preface of HTTP 2`() {
        #expect(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505)
    }

    @Test(arguments: [
        "v1/chat", "*", "*/x", "x.example:443", "/a#b", "/é", "/\u{7F}", "/a\tb", "ftp://x/", "http:/x/", "http://", "http:///x", "http://?x",
        "http://user@x/", "http://user:pw@x/", "http://x:99999/", "http://x:8a/", "http://[::1/", "//x\u{1}/", "mailto:x",
    ])
    func `when its target is malformed`(target: String) {
        #expect(status("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n") == 400)
    }

    @Test(arguments: [
        "", "Host:\r\n", "Host: x\r\nHost: x\r\n", "Host: x\r\nhOST: y\r\n", "Host: u@x\r\n", "Host: x y\r\n", "Host: x/y\r\n", "Host: x:y\r\n",
        "Host: x:65536\r\n", "Host: x:1:2\r\n", "Host: [::1\r\n", "Host: ::1\r\n", "Host: []\r\n", "Host: [::1]x\r\n", "Host: [fe80::1%25e]\r\n",
        "Host: x%4\r\n", "Host: x%zz\r\n", "Host: é\r\n", "Host: x?y\r\n", "Host: x#y\r\n", "Host: :80\r\n", "Host: a\\b\r\n", "Host: http://x\r\n",
    ])
    func `when its host is missing, repeated or malformed`(fields: String) {
        #expect(status("GET / HTTP/1.1\r\n\(fields)\r\n") == 400)
        if !fields.isEmpty { #expect(status("GET http://good/ HTTP/1.0\r\n\(fields)\r\n") == 400) }
    }

    @Test(arguments: [
        "A : b\r\n", "A\t: b\r\n", " A: b\r\n", "\tA: b\r\n", "A: b\r\n c\r\n", "A: b\r\n\tc\r\n", "A: b\r\n \r\n", ": b\r\n", "A\r\n", "A b: c\r\n",
        "A(: b\r\n", "É: b\r\n", "A: \0\r\n", "A: b\u{1}c\r\n", "A: b\u{7F}\r\n", "A: b\rc\r\n", "A: b\r\r\n", "A: b\nC: d\r\n", "A: b\n\r\n",
        "\0: b\r\n", "A: \u{B}b\r\n", "A: b\u{1B}[31m\r\n",
    ])
    func `when a header line is folded, malformed or not ended by CR LF`(fields: String) {
        #expect(status(fields: fields) == 400)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\n", "\nGET / HTTP/1.1\r\n",
    ])
    func `when a line ends in LF alone`(request: String) {
        #expect(HeadOutcome(request) == .refused(.bareLineFeed) || HeadOutcome(request) == .refused(.methodMalformed))
    }

    @Test func `when more than two empty lines stand before it`() {
        #expect(HeadOutcome("\r\n\r\n\r\nGET / HTTP/1.1\r\n") == .refused(.tooManyEmptyLines))
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400), ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", 400), ("Content-Length: 5\r\ncontent-length: 6\r\n", 400),
        ("Content-Length: 5, 5\r\n", 400), ("Content-Length: 5,6\r\n", 400), ("Content-Length: +5\r\n", 400), ("Content-Length: -5\r\n", 400),
        ("Content-Length: 0x5\r\n", 400), ("Content-Length: 5 5\r\n", 400), ("Content-Length: 5.0\r\n", 400), ("Content-Length:\r\n", 400),
        ("Content-Length: \"5\"\r\n", 400), ("Content-Length: ５\r\n", 400), ("Content-Length: 9223372036854775808\r\n", 400),
        ("Content-Length: 18446744073709551621\r\n", 400), ("Content-Length: 99999999999999999999999999\r\n", 400),
    ])
    func `when its length is ambiguous or malformed`(fields: String, expected: Int) {
        #expect(status(fields: fields) == expected)
    }

    @Test(arguments: [
        ("gzip", 501), ("gzip, chunked", 501), ("identity", 501), ("xchunked", 501), ("chunked, gzip", 400), ("chunked, chunked", 400),
        ("", 400), ("chunked,", 400), (",chunked", 400), ("chunked;a=b", 400), ("\"chunked\"", 400), ("chunked chunked", 400), ("\u{B}chunked", 400),
        ("chunked\r\nTransfer-Encoding: chunked", 400), ("chunked\r\nTransfer-Encoding: identity", 400),
        ("identity\r\nTransfer-Encoding: chunked", 501),
    ])
    func `when its transfer coding is anything but chunked`(coding: String, expected: Int) {
        #expect(status(fields: "Transfer-Encoding: \(coding)\r\n") == expected)
    }

    @Test func `when HTTP 1.0 names a transfer coding`() {
        #expect(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400)
    }

    @Test(arguments: ["", "200-ok", "100-continue, x", "100-continue;q=1"])
    func `with 417 when it expects anything but 100-continue`(expectation: String) {
        #expect(status(fields: "Expect: \(expectation)\r\n") == 417)
    }
}
