import Testing

@testable import HTTPWire

@Suite("A fuzzed request head")
struct RequestHeadFuzzTests {
    private let limits = HTTPLimits(requestLineBytes: 120, headerBytes: 400, headerCount: 10, bodyBytes: 1_000)
    private let rules = PlainHeadRules(requestLineBytesMax: 120, headerBytesMax: 400, headerCountMax: 10)

    private let mutator = Mutator(
        corpus: [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "\r\n\r\nGET /a?b HTTP/1.1\r\nHost: a.example:80\r\n\r\nGET /",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept: */*\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer sk-1\r\nConnection: keep-alive\r\nContent-Length: 17\r\n\r\n{\"model\":\"fast\"}\n",
            "POST /u HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: [::1]:8000\r\nOrigin: http://a\r\n\r\n", "HEAD http://h%41.example:1/p?q HTTP/1.1\r\nHOST:\tx \r\n\r\n",
            "PATCH https://[2001:db8::1]?q HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\nX: \u{FF}\r\n\r\n",
        ],
        words: [
            "\r\n", "\n", "\r", " ", "\t", ":", ",", "/", "#", "?", "@", "%41", "%", "[", "]", "*", "-", "+", "0", "1", "0x", "A", "é", ": ",
            "Host: y\r\n", "Host:\r\n", "Content-Length: 5\r\n", "Content-Length: 5, 5\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n", "Expect: x\r\n", "Connection: close\r\n",
            "Content-Length: 99999999999999999999\r\n", "Content-Length: 1001\r\n", "A: b\r\nC: d\r\nE: f\r\nG: h\r\n", "chunked", "identity",
            "HTTP/1.0", "HTTP/1.1", "HTTP/1.2", "HTTP/2.0", "http://y:1/", "https://u@y/", "CONNECT", "TRACE", "OPTIONS", " : ", "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: z\r\n\r\n", String(repeating: "x", count: 130),
        ])

    @Test func `is judged alike whole and in pieces, and as the plain rules judge it`() {
        var accepted = 0
        for seed in FuzzSettings.seeds {
            var generator = SeededGenerator(seed: seed)
            let input = mutator.input(using: &generator)

            let whole = HeadOutcome(whole: input, limits: limits)

            let inPieces = HeadOutcome(pieces: pieces(of: input, using: &generator), offset: Int(seed % 3), limits: limits)
            if inPieces != whole { Issue.record("seed \(seed): \(shown(input)): whole \(whole), in pieces \(inPieces)") }
            if let problem = problem(input, whole) { Issue.record("seed \(seed): \(shown(input)): \(problem)") }
            if whole.head != nil { accepted += 1 }
        }
        // Were nearly all refused, or nearly none, the fuzzing would show little.
        #expect(accepted > FuzzSettings.inputs / 10 && accepted < FuzzSettings.inputs * 9 / 10, "accepted \(accepted)")
    }

    /// What speaks against this outcome.
    private func problem(_ input: [UInt8], _ outcome: HeadOutcome) -> String? {
        let plain = PlainHeadRules.lines(of: input)
        let complaint = plain.flatMap { rules.complaint($0.lines) }
        switch outcome {
        case .accepted(let summary, let end):
            guard let plain else { return "accepted, but there is no whole head" }
            if let complaint { return "accepted in spite of: \(complaint)" }
            if plain.end != end { return "ends at \(end) instead of \(plain.end)" }
            let again = HeadOutcome(whole: summary.serialized)
            return again == .accepted(summary, end: summary.serialized.count) ? nil : "written anew it is \(again)"
        case .refused(let error):
            if plain != nil, complaint == nil { return "refused without need: \(error)" }
            return [400, 413, 414, 417, 431, 501, 505].contains(error.status) ? nil : "status \(error.status)"
        case .incomplete: return plain == nil ? nil : "incomplete, but the head is whole"
        }
    }
}
