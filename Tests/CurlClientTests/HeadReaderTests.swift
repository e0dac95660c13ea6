import HTTPWire
import Testing

@testable import CurlClient

@Suite("The head of an answer")
struct HeadReaderTests {
    /// Feeds lines until one is not simply taken.
    private func read(_ lines: [String], bytesMax: Int = 1000) -> (step: HeadReader.Step, head: CurlHead?) {
        var reader = HeadReader(bytesMax: bytesMax)
        var step = HeadReader.Step.more
        for line in lines {
            let bytes = Array(line.utf8)
            step = reader.take(bytes.span)
            guard step == .more else { break }
        }
        return (step, reader.head)
    }

    @Test func `has its names in lower case and its values without white space around them`() {
        let (step, head) = read(["HTTP/1.1 200 OK\r\n", "Content-TYPE:  a; b=C \t\r\n", "x:\r\n", "\r\n"])

        #expect(step == .complete)
        #expect(head == CurlHead(status: 200, fields: .init([("content-type", "a; b=C"), ("x", "")])))
    }

    @Test func `is without hop-by-hop fields and those that connection names`() {
        let (_, head) = read([
            "HTTP/1.1 404 \r\n", "A: 1\r\n", "Connection: close, X-Hop ,A\r\n", "x-hop: 2\r\n", "Keep-Alive: 5\r\n", "TE: x\r\n", "b: 3\r\n", "\r\n",
        ])

        #expect(head == CurlHead(status: 404, fields: .init([("b", "3")])))
    }

    @Test func `is the final one, of which interim answers and trailers are no part`() {
        var reader = HeadReader(bytesMax: 1000)
        for line in ["HTTP/1.1 103 Early\r\n", "early: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "late: 2\r\n", "\r\n", "trailer: 3\r\n"] {
            let bytes = Array(line.utf8)
            _ = reader.take(bytes.span)
        }

        #expect(reader.head == CurlHead(status: 200, fields: .init([("late", "2")])))
    }

    @Test(arguments: ["HTTP/1.1 20", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 099 No\r\n", "HTTP/1.1\r\n", "HTTP/"])
    func `with a status that is no number from 100 on is malformed`(_ line: String) {
        #expect(read([line]).step == .failed(.malformed(code: 0)))
    }

    @Test func `counts interim heads and its own bytes against one limit`() {
        #expect(read(["HTTP/1.1 200 OK\r\n", "a: " + String(repeating: "x", count: 100) + "\r\n"], bytesMax: 100).step == .failed(.headTooLarge))
        let interim = ["HTTP/1.1 103 Early\r\n", "a: 1234567890\r\n", "\r\n"]
        #expect(read(interim + interim + interim, bytesMax: 100).step == .failed(.headTooLarge))
    }

    @Test func `refuses another protocol, and more than sixteen interim answers`() {
        #expect(read(["HTTP/1.1 101 Switching\r\n"]).step == .failed(.unaskedUpgrade))
        let interim = ["HTTP/1.1 100 Continue\r\n", "\r\n"]
        #expect(read(Array(repeating: interim, count: 16).flatMap { $0 }).step == .more)
        #expect(read(Array(repeating: interim, count: 17).flatMap { $0 }).step == .failed(.tooManyInterimAnswers))
    }
}
