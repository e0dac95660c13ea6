import Testing

@testable import HTTPWire

@Suite("An answer")
struct ResponseReaderTests {
    @Test func `is read to the end of its length and no further`() {
        let whole = "HTTP/1.1 201 Created\r\nContent-Type: a/b\r\nX:\t y \r\nContent-Length: 5\r\n\r\nhello"

        #expect(
            AnswerOutcome(whole + "HTTP/1.1 200 OK\r\n")
                == .finished(
                    status: 201, fields: ["content-type: a/b", "x: y", "content-length: 5"], body: Array("hello".utf8), end: whole.utf8.count,
                    keepsConnection: true))
    }

    @Test func `in chunks ends with the last of them and its trailers`() {
        let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n"

        #expect(AnswerOutcome(whole) == .finished(status: 200, fields: [], body: Array("abcde".utf8), end: whole.utf8.count, keepsConnection: true))
    }

    @Test(arguments: ["0\r\n", "0\r\n\r", "5\r\nhel", ""])
    func `in chunks is not whole before its last line`(rest: String) {
        let start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest

        #expect(AnswerOutcome(start) == .incomplete)
        #expect(AnswerOutcome(start, closes: true).fault == .cut)
    }

    @Test(arguments: ["5\nhello", "x\r\n", "5\r\nhelloX", "-1\r\n", "ffffffffffffffffff\r\n"])
    func `with a chunk that cannot be read is refused`(rest: String) {
        #expect(AnswerOutcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + rest).fault == .malformedBody)
    }

    @Test func `without framing ends with the connection, which serves no other`() {
        let outcome = AnswerOutcome("HTTP/1.1 200 OK\r\n\r\nall there is", closes: true)

        #expect(outcome.text == "all there is")
        #expect(outcome.keepsConnection == false)
    }

    @Test(arguments: [("HTTP/1.1 204 No Content", false), ("HTTP/1.1 304 Not Modified", false), ("HTTP/1.1 200 OK", true)])
    func `to HEAD, and with a status that has no body, has none whatever its fields say`(line: String, isToHead: Bool) {
        for field in ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"] {
            let head = line + "\r\n" + field + "\r\n\r\n"
            let outcome = AnswerOutcome(head + "HTTP/1.1", isToHead: isToHead)
            guard case .finished(_, _, [], head.utf8.count, true) = outcome else {
                Issue.record("\(head): \(outcome)")
                continue
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nConnection: close", false), ("HTTP/1.1 200 OK\r\nConnection: x, CLOSE", false), ("HTTP/1.0 200 OK", false),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive", true), ("HTTP/1.1 200 OK", true), ("HTTP/1.0 200 OK\r\nConnection: keep-alive, close", false),
    ])
    func `says whether its connection may be kept`(head: String, keeps: Bool) {
        #expect(AnswerOutcome(head + "\r\nContent-Length: 0\r\n\r\n").keepsConnection == keeps)
    }

    @Test(arguments: [
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5, 5", "Content-Length: +5",
        "Content-Length:", "Content-Length: 99999999999999999999", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: identity", "A: b\r\n c", " A: b", "A : b", "A", ": b", "A: b\0", "A: b\nC: d", "A: b\rC: d",
    ])
    func `with a head that two could read differently is refused`(fields: String) {
        #expect(AnswerOutcome("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\nhello").fault == .malformedHead)
    }

    @Test func `may repeat its length`() {
        #expect(AnswerOutcome("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello").text == "hello")
    }

    @Test(arguments: ["HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.1 200 It's \u{FC}ber\r\n"])
    func `needs no reason phrase, and takes any`(line: String) {
        #expect(AnswerOutcome(line + "Content-Length: 0\r\n\r\n").text == "")
    }

    @Test(arguments: [
        "HTTP/2 200 OK\r\n", "HTTP/1.2 200 OK\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 099 OK\r\n",
        "http/1.1 200 OK\r\n", "HTTP/1.1 200 O\u{1}K\r\n", "\r\nHTTP/1.1 200 OK\r\n", "ICY 200 OK\r\n", "HTTP/1.1 200 OK\n",
    ])
    func `with another status line is refused`(line: String) {
        #expect(AnswerOutcome(line + "Content-Length: 0\r\n\r\n").fault == .malformedHead)
    }

    @Test(arguments: ["S", "HTTX", "\u{16}\u{3}\u{1}", "HTTP/2"])
    func `in another protocol is refused at its first bytes`(bytes: String) {
        #expect(AnswerOutcome(bytes).fault == .malformedHead)
    }

    @Test func `may be preceded by sixteen interim ones, whose fields count for nothing`() {
        let interim = "HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

        let most = AnswerOutcome(String(repeating: interim, count: 16) + final, headBytesMax: 4_000)
        #expect(most.text == "ok" && most.keepsConnection == true)
        #expect(AnswerOutcome(String(repeating: interim, count: 17) + final, headBytesMax: 4_000).fault == .tooManyInterimAnswers)
        #expect(AnswerOutcome(String(repeating: interim, count: 8) + final).fault == .headTooLarge, "they count as bytes of the head")
    }

    @Test func `that switches protocols is refused`() {
        #expect(AnswerOutcome("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").fault == .unaskedUpgrade)
    }

    @Test func `has a head of bounded size`() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: y\r\n\r\n"

        #expect(AnswerOutcome(head, headBytesMax: head.utf8.count).text == "")
        #expect(AnswerOutcome(head, headBytesMax: head.utf8.count - 1).fault == .headTooLarge)
        #expect(AnswerOutcome("HTTP/1.1 200 " + String(repeating: "x", count: 400)).fault == .headTooLarge)
    }

    @Test func `loses the fields of its connection and those it names`() {
        let fields =
            "Keep-Alive: timeout=5\r\nConnection: keep-alive, X-One\r\nX-One: 1\r\nTE: x\r\nUpgrade: h2c\r\nX-Two: 2\r\n"
            + "Proxy-Authenticate: Basic\r\n"
        let outcome = AnswerOutcome("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n")

        guard case .finished(_, ["x-two: 2", "content-length: 0"], _, _, true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }
}

@Suite("A request's head, written")
struct RequestHeadWriterTests {
    private func head(_ fields: [HeaderField] = [], bodyBytes: Int? = nil) -> String {
        var output: [UInt8] = []
        writeRequestHead(method: "POST", target: "/v1", "/x?y=z", host: "h:1", fields: fields, bodyBytes: bodyBytes, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `is what the server's parser reads`() throws {
        let text = head([HeaderField("a", "b"), HeaderField("C", "")], bodyBytes: 1_234)

        #expect(text == "POST /v1/x?y=z HTTP/1.1\r\nhost: h:1\r\na: b\r\nC: \r\ncontent-length: 1234\r\n\r\n")
        var parser = RequestHeadParser()
        #expect(try parser.parse(Array(text.utf8), from: 0)?.head.framing == .length(1_234))
        #expect(!head().contains("content-length"))
    }

    @Test func `lets no field begin a new line`() {
        #expect(
            head([HeaderField("a\r\nb", "c"), HeaderField("d", "e\r\nf: g\0\u{7F}\th")])
                == "POST /v1/x?y=z HTTP/1.1\r\nhost: h:1\r\nd: e  f: g  \th\r\n\r\n")
    }

    @Test(arguments: [("/a%20b?c", true), ("", true), ("/a b", false), ("/a\r\nb", false), ("/a#b", false), ("/\u{E9}", false), ("/\u{7F}", false)])
    func `has a target of visible ASCII`(target: String, isOne: Bool) {
        #expect(isRequestTarget(target) == isOne)
    }
}
