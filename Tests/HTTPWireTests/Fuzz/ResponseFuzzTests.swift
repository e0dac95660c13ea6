import Testing

@testable import HTTPWire

@Suite("A fuzzed answer")
struct ResponseFuzzTests {
    private static let headBytesMax = 300

    private let mutator = Mutator(
        corpus: [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n", "HTTP/1.0 404 Not Found\r\n\r\nnothing here",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
                + "9\r\ndata: 1\n\n\r\nA;x=y\r\ndata: [D]\n\n\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nConnection: close, X-A\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 304 \r\nContent-Length: 9\r\n\r\n",
            "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
        ],
        words: [
            "\r\n", "\n", "\r", " ", "\t", ":", ",", "0", "1", "5", "Content-Length: 5\r\n", "Content-Length: 6\r\n", "Content-Length: 5, 5\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Connection: close\r\n", "Connection: keep-alive\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.0", "HTTP/1.2", "HTTP/2", "\r\n\r\n", "0\r\n\r\n", "1\r\na\r\n", "A: b\r\n", " c\r\n", "101",
            "204", "é",
            String(repeating: "x", count: 200), "Content-Length: 99999999999999999999\r\n",
        ])

    @Test func `is read alike whole and in pieces, and as the plain rules read it`() {
        var finished = 0
        for seed in FuzzSettings.seeds {
            var generator = SeededGenerator(seed: seed)
            let input = mutator.input(using: &generator)
            let isToHead = Int.random(in: 0..<8, using: &generator) == 0
            let closes = Bool.random(using: &generator)

            let whole = AnswerOutcome(pieces: [input], isToHead: isToHead, headBytesMax: Self.headBytesMax, closes: closes)

            let split = pieces(of: input, using: &generator)
            let inPieces = AnswerOutcome(pieces: split, isToHead: isToHead, headBytesMax: Self.headBytesMax, closes: closes)
            if inPieces != whole { Issue.record("seed \(seed): \(shown(input)): whole \(whole), in pieces \(inPieces)") }
            let plain = PlainAnswer(input, isToHead: isToHead, headBytesMax: Self.headBytesMax, closes: closes)
            guard case .finished(let status, _, let body, let end, let keeps) = whole else {
                if let plain { Issue.record("seed \(seed): \(shown(input)): \(whole) instead of \(plain)") }
                continue
            }
            finished += 1
            if plain != PlainAnswer(status: status, body: body, end: end, keepsConnection: keeps) {
                Issue.record("seed \(seed): \(shown(input)): \(whole) instead of \(plain as Any)")
            }
        }
        #expect(finished > FuzzSettings.inputs / 20 && finished < FuzzSettings.inputs * 9 / 10, "finished \(finished)")
    }
}
