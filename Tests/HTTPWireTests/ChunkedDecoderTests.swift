import Testing

@testable import HTTPWire

/// What decoding a chunked body comes to.
enum ChunkOutcome: Equatable {
    case incomplete(body: [UInt8])
    case refused(WireError)
    case finished(body: [UInt8], end: Int)

    init(pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) {
        var decoder = ChunkedDecoder(limits: limits)
        var body: [UInt8] = []
        var used = 0
        for piece in pieces {
            do throws(WireError) {
                let (end, finished) = try decoder.decode(piece, from: 0, into: &body)
                used += end
                if finished {
                    self = .finished(body: body, end: used)
                    return
                }
            } catch {
                self = .refused(error)
                return
            }
        }
        self = .incomplete(body: body)
    }

    init(_ text: String, limits: HTTPLimits = HTTPLimits()) { self.init(pieces: [Array(text.utf8)], limits: limits) }

    var status: Int? { if case .refused(let error) = self { error.status } else { nil } }
    var text: String? { if case .finished(let body, _) = self { String(decoding: body, as: UTF8.self) } else { nil } }
}

@Suite("The chunked decoder")
struct ChunkedDecoderTests {
    @Test func `joins chunks and stops behind the end`() {
        let input = "5\r\nhello\r\n00A;name=\"a b\";x\r\n, world ok\r\n0\r\n\r\nGET / HTTP/1.1"

        #expect(ChunkOutcome(input) == .finished(body: Array("hello, world ok".utf8), end: input.utf8.count - 14))
    }

    @Test(arguments: ["0\r\n\r\n", "0;a=b\r\n\r\n", "000\r\n\r\n", "0\r\nA: b\r\nX-Sum:\tc d \r\n\r\n"])
    func `reads an empty body`(input: String) {
        #expect(ChunkOutcome(input) == .finished(body: [], end: input.utf8.count))
    }

    @Test func `takes sizes in both cases and data that looks like framing`() {
        #expect(ChunkOutcome("a\r\n0\r\n\r\n0\r\n\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n").text == "0\r\n\r\n0\r\n\r\n0123456789")
    }

    @Test(arguments: [
        "+5\r\nhello\r\n", "-5\r\nhello\r\n", "0x5\r\nhello\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "5\t;a\r\nhello\r\n", "5 ;a\r\nhello\r\n",
        "\r\n", ";a\r\n", "g\r\n", "00000000000000005\r\nhello\r\n", "5\nhello\r\n", "5\rhello\r\n", "5,5\r\n", "5.\r\n", "\u{FF15}\r\nhello\r\n",
        "\0\r\n",
    ])
    func `refuses a malformed size`(input: String) {
        #expect(ChunkOutcome(input).status == 400)
    }

    @Test(arguments: ["10000000000000000\r\n", "FFFFFFFFFFFFFFFFF\r\n", "8000000000000000\r\n"])
    func `refuses a size that no integer holds`(input: String) {
        #expect(ChunkOutcome(input).status == 400)
    }

    @Test(arguments: ["5\r\nhelloX\r\n", "5\r\nhello\n", "5\r\nhello\rX", "5\r\nhello0\r\n", "4\r\nhello\r\n"])
    func `refuses data that is not followed by CR LF`(input: String) {
        #expect(ChunkOutcome(input) == .refused(.chunkEndMalformed))
    }

    @Test(arguments: ["5;a\nhello", "5;a\rhello", "5;a\0\r\nhello", "5;a=\"é\"\r\n", "5;\u{7F}\r\n"])
    func `refuses control bytes in extensions`(input: String) {
        #expect(ChunkOutcome(input).status == 400)
    }

    @Test(arguments: [
        " A: b\r\n\r\n", "A : b\r\n\r\n", ": b\r\n\r\n", "A\r\n\r\n", "A: b\n\r\n", "A: b\r\r\n", "A: \0\r\n\r\n", "\n", "\rX", "A: b\r\n c\r\n\r\n",
    ])
    func `refuses malformed trailers`(trailers: String) {
        #expect(ChunkOutcome("0\r\n" + trailers).status == 400)
    }

    @Test func `tells a folded trailer from a malformed one`() {
        #expect(ChunkOutcome("0\r\nA: b\r\n ") == .refused(.headerFolded))
        #expect(ChunkOutcome("0\r\nA: b\r\n:") == .refused(.headerNameMalformed))
    }

    @Test func `holds the body limit over all chunks`() {
        let limits = HTTPLimits(bodyBytes: 8)

        #expect(ChunkOutcome("5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n", limits: limits).text == "helloabc")
        #expect(ChunkOutcome("5\r\nhello\r\n4\r", limits: limits) == .refused(.bodyTooLarge))
        #expect(ChunkOutcome("7fffffffffffffff\r", limits: limits) == .refused(.bodyTooLarge))
        #expect(ChunkOutcome("5\r\nhello\r\n7fffffffffffffff\r", limits: limits) == .refused(.bodyTooLarge))
    }

    @Test func `holds the limit of a size line`() {
        let limits = HTTPLimits(chunkLineBytes: 10)

        #expect(ChunkOutcome("1;234567\r\na\r\n0\r\n\r\n", limits: limits).text == "a")
        #expect(ChunkOutcome("1;2345678\r\n", limits: limits) == .refused(.chunkLineTooLong))
        #expect(ChunkOutcome("00000000000", limits: limits) == .refused(.chunkLineTooLong))
    }

    @Test func `reads sixteen digits of a size`() {
        #expect(ChunkOutcome("0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n").text == "hello")
    }

    @Test func `holds the number of trailers to that of header fields`() {
        let limits = HTTPLimits(headerCount: 2)

        #expect(ChunkOutcome("0\r\nA: 1\r\nB: 2\r\n\r\n", limits: limits).text?.isEmpty == true)
        #expect(ChunkOutcome("0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits: limits) == .refused(.trailerTooMany))
    }

    @Test func `holds the limit of the trailers`() {
        let limits = HTTPLimits(trailerBytes: 8)

        #expect(ChunkOutcome("0\r\nA: b\r\n\r\n", limits: limits).text?.isEmpty == true)
        #expect(ChunkOutcome("0\r\nA: bc\r\n\r\n", limits: limits) == .refused(.trailerTooLarge))
    }

    @Test func `refuses a body that is mostly extensions`() {
        let chunk = "1;" + String(repeating: "x", count: 200) + "\r\na\r\n"

        #expect(ChunkOutcome(String(repeating: chunk, count: 50) + "0\r\n\r\n").text?.count == 50)
        #expect(ChunkOutcome(String(repeating: chunk, count: 200)) == .refused(.chunkExtensionsTooLong))
    }

    @Test func `takes many small chunks without extensions`() {
        #expect(ChunkOutcome(String(repeating: "1\r\na\r\n", count: 20_000) + "0\r\n\r\n").text?.utf8.count == 20_000)
    }

    @Test func `says the same however the bytes are cut`() {
        let bytes = Array("5;a\r\nhello\r\n3\r\n\r\n1\r\n0\r\nA: b\r\n\r\nrest".utf8)
        let whole = ChunkOutcome(pieces: [bytes])

        #expect(whole.text == "hello\r\n1")
        #expect(ChunkOutcome(pieces: bytes.map { [$0] }) == whole)
        for cut in 0...bytes.count { #expect(ChunkOutcome(pieces: [Array(bytes[..<cut]), Array(bytes[cut...])]) == whole) }
    }

    @Test func `starts where it is told to and appends`() throws {
        var decoder = ChunkedDecoder()
        var body = Array("had ".utf8)

        let (end, finished) = try decoder.decode(Array("skip1\r\na\r\n0\r\n\r\n".utf8), from: 4, into: &body)

        #expect(end == 15 && finished && decoder.isFinished)
        #expect(body == Array("had a".utf8))
    }
}
