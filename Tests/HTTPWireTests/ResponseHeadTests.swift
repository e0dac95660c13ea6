import Testing

@testable import HTTPWire

@Suite("A response head")
struct ResponseHeadTests {
    private func head(
        _ status: Int = 200, fields: [(String, String)] = [], framing: ResponseFraming = .length(0), keepAlive: Bool = true,
        version: HTTPVersion = .http11, date: String? = nil
    ) -> String {
        var output: [UInt8] = []
        writeResponseHead(
            status: status, fields: fields.map { HeaderField($0.0, $0.1) }, framing: framing, keepAlive: keepAlive, version: version, date: date,
            into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `holds status, date, fields and length in this order`() {
        let text = head(fields: [("content-type", "application/json"), ("X-Id", "7")], framing: .length(1_234), date: "now")

        #expect(text == "HTTP/1.1 200 OK\r\ndate: now\r\ncontent-type: application/json\r\nX-Id: 7\r\ncontent-length: 1234\r\n\r\n")
    }

    @Test func `is appended to what is there`() {
        var output = Array("before".utf8)

        let framing = writeResponseHead(status: 299, framing: .length(0), keepAlive: false, into: &output)

        #expect(framing == .length(0))
        #expect(String(decoding: output, as: UTF8.self) == "beforeHTTP/1.1 299 \r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    @Test func `announces chunks to HTTP 1.1 and closes for HTTP 1.0`() {
        #expect(head(framing: .chunked) == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        #expect(head(framing: .chunked, version: .http10) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")

        var output: [UInt8] = []
        #expect(writeResponseHead(status: 200, framing: .chunked, keepAlive: true, version: .http10, into: &output) == .close)
    }

    @Test func `says of the connection what the version does not`() {
        #expect(head(version: .http10) == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n")
        #expect(head(keepAlive: false, version: .http10) == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        #expect(head(framing: .close) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    }

    @Test(arguments: [204, 304])
    func `of a status without a body has no framing`(status: Int) {
        for framing in [ResponseFraming.length(5), .chunked, .close, .none] {
            #expect(head(status, framing: framing) == "HTTP/1.1 \(status) \(statusReason(status))\r\n\r\n")
        }
    }

    @Test func `of an interim answer has neither framing nor connection`() {
        #expect(head(100, framing: .chunked, keepAlive: false) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "CONNECTION", "Keep-Alive"])
    func `leaves the framing fields of others out`(name: String) {
        #expect(head(fields: [(name, "5")], framing: .close, keepAlive: false) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    }

    @Test func `cannot be split by a value`() {
        let text = head(fields: [("a", "b\r\nSet-Cookie: c\r\n\r\n\0\u{7F}\u{1B}\td")], framing: .none)

        #expect(text == "HTTP/1.1 200 OK\r\na: b  Set-Cookie: c       \td\r\n\r\n")
    }

    @Test(arguments: ["", "a b", "a:", "a\r\nb", "é", "a\0"])
    func `leaves out a field whose name is not a token`(name: String) {
        #expect(head(fields: [(name, "x")], framing: .none) == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test func `keeps UTF-8 in values`() {
        #expect(head(fields: [("a", "é😀")], framing: .none) == "HTTP/1.1 200 OK\r\na: é😀\r\n\r\n")
    }
}

@Suite("The chunked encoder")
struct ChunkedEncoderTests {
    @Test(arguments: [
        (1, "1"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (255, "ff"), (256, "100"), (0xABCDEF, "abcdef"), (Int.max, "7fffffffffffffff"),
    ])
    func `writes sizes in hexadecimal`(size: Int, digits: String) {
        var output: [UInt8] = []
        ChunkedEncoder.appendHeader(size: size, to: &output)

        #expect(String(decoding: output, as: UTF8.self) == digits + "\r\n")
    }

    @Test func `is understood by the decoder, and leaves empty data out`() {
        var output: [UInt8] = []
        ChunkedEncoder.appendChunk(Array("hello".utf8), to: &output)
        ChunkedEncoder.appendChunk([], to: &output)
        ChunkedEncoder.appendChunk(Array("x, world".utf8)[1...], to: &output)
        ChunkedEncoder.appendLast(to: &output)

        #expect(String(decoding: output, as: UTF8.self) == "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n")
        #expect(ChunkOutcome(pieces: [output]).text == "hello, world")
    }
}

@Suite("A date on the wire")
struct HTTPDateTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"), (1_735_689_600, "Wed, 01 Jan 2025 00:00:00 GMT"),
    ])
    func `is written and read as IMF-fixdate`(seconds: Int, text: String) {
        #expect(httpDate(unixSeconds: seconds) == text)
        #expect(unixSeconds(httpDate: text) == seconds)
    }

    @Test(arguments: [
        "", "120", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov  1994 08:49:37 GMT", "Sun,,06 Nov 1994 08:49:37 GMT",
    ])
    func `is none in any other form`(text: String) {
        #expect(unixSeconds(httpDate: text) == nil)
    }
}
