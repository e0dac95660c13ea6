import Testing

@testable import HTTPWire

@Suite("A fuzzed chunked body")
struct ChunkedFuzzTests {
    private let limits = HTTPLimits(bodyBytes: 100, chunkLineBytes: 40, trailerBytes: 60)

    private let mutator = Mutator(
        corpus: [
            "5\r\nhello\r\n0\r\n\r\nGET /", "A;a=b;c=\"d e\"\r\n0123456789\r\n1\r\n\n\r\n00\r\nX-Sum: 1\r\nY:\r\n\r\n", "0\r\n\r\n",
            "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0;x\r\nA: b\r\n\r\n", "2\r\n\r\n\r\n3\r\n0\r\n\r\n0\r\n\r\n",
            "40\r\n" + String(repeating: "x", count: 64) + "\r\n0\r\n\r\n",
        ],
        words: [
            "\r\n", "\n", "\r", " ", "\t", ";", "0", "1", "5", "f", "F", "0x", "+", "-", ":", "\r\n\r\n", "0\r\n\r\n", "1\r\na\r\n", "A: b\r\n",
            " c\r\n",
            "ffffffffffffffff", "7fffffffffffffff", ";x=\"\r\n\"", "fffffffff", ";a=b", String(repeating: "0", count: 40), "é",
        ])

    @Test func `is decoded alike whole and in pieces, and as the plain rules decode it`() {
        var finished = 0
        for seed in FuzzSettings.seeds {
            var generator = SeededGenerator(seed: seed)
            let input = mutator.input(using: &generator)

            let whole = ChunkOutcome(pieces: [input], limits: limits)

            let inPieces = ChunkOutcome(pieces: pieces(of: input, using: &generator), limits: limits)
            if inPieces != whole { Issue.record("seed \(seed): \(shown(input)): whole \(whole), in pieces \(inPieces)") }
            let plain = decodedByTheBook(input)
            switch whole {
            case .finished(let body, let end):
                finished += 1
                if plain?.body != body || plain?.end != end { Issue.record("seed \(seed): \(shown(input)): \(whole) instead of \(plain as Any)") }
            case .refused, .incomplete:
                if plain != nil { Issue.record("seed \(seed): \(shown(input)): \(whole) without need") }
            }
        }
        #expect(finished > FuzzSettings.inputs / 10 && finished < FuzzSettings.inputs * 9 / 10, "finished \(finished)")
    }

    /// The body and its end by a second, plain reading of the rules; nil when it is malformed, too large or not whole.
    private func decodedByTheBook(_ input: [UInt8]) -> (body: [UInt8], end: Int)? {
        var rest = input[...]
        var body: [UInt8] = []
        func line() -> [UInt8]? {
            guard let end = rest.indices.first(where: { rest[$0...].starts(with: [0x0D, 0x0A]) }) else { return nil }
            defer { rest = rest[(end + 2)...] }
            return Array(rest[..<end])
        }
        while true {
            guard let sizeLine = line(), sizeLine.count <= 38 else { return nil }
            let parts = sizeLine.split(separator: 0x3B, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts[0].count <= 16, parts[0].allSatisfy({ Array("0123456789abcdefABCDEF".utf8).contains($0) }) else { return nil }
            guard let size = Int(String(decoding: parts[0], as: UTF8.self), radix: 16), size <= 100 - body.count else { return nil }
            if parts.count == 2, !parts[1].allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x09 }) { return nil }
            if size == 0 { break }
            guard rest.count >= size + 2, rest.dropFirst(size).starts(with: [0x0D, 0x0A]) else { return nil }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        let trailerStart = rest.startIndex
        while let trailer = line() {
            guard rest.startIndex - trailerStart <= 60 else { return nil }
            if trailer.isEmpty { return (body, rest.startIndex) }
            guard isField(trailer) else { return nil }
        }
        return nil
    }

    /// Whether a head accepts the line as a field: trailers obey the same rules.
    private func isField(_ line: [UInt8]) -> Bool {
        let rules = PlainHeadRules(requestLineBytesMax: 1_000, headerBytesMax: 1_000, headerCountMax: 9)
        let complaint = rules.complaint([Array("GET / HTTP/1.0".utf8), line])
        return complaint != "field name" && complaint != "control bytes"
    }
}

@Suite("A fuzzed event stream")
struct SSEFuzzTests {
    private let mutator = Mutator(
        corpus: [
            "data: {\"a\":1}\n\ndata: [DONE]\n\n", "event: a\r\ndata: 1\r\ndata: 2\r\n\r\n: c\r\n\r\n", "data: x\r\rid: 7\rretry: 9\rdata:y\r\r",
            "\u{FEFF}data: é😀\n\n\n\nevent: b\ndata\n\n", "data: a\r\n\rdata: b\n\r\ndata: c\r\n\ndata: d", "event: ping\n\nid\ndata:  z  }\n\n",
        ],
        words: [
            "\r\n", "\n", "\r", "\r\r", "\n\n", "\r\n\r\n", "data: ", "data", "event: x", "id: 1", "retry: 5", ":", ": ", " ", "\u{FEFF}", "\n\r",
        ])

    @Test func `gives the same blocks whole and in pieces, all of its bytes, and the events of the specification`() throws {
        for seed in FuzzSettings.seeds {
            var generator = SeededGenerator(seed: seed)
            let input = mutator.input(using: &generator)

            let blocks = try readBlocks([input])

            let inPieces = try readBlocks(pieces(of: input, using: &generator))
            if inPieces != blocks { Issue.record("seed \(seed): \(shown(input)): other blocks in pieces") }
            if Array(blocks.map(\.raw).joined()) != input { Issue.record("seed \(seed): \(shown(input)): bytes lost") }
            let events = blocks.filter { $0.hasData && $0.isComplete }.map(PlainEvent.init)
            if events != eventsByTheBook(input) { Issue.record("seed \(seed): \(shown(input)): other events than the specification's") }
            if blocks.dropLast().contains(where: { !$0.isComplete }) { Issue.record("seed \(seed): \(shown(input)): cut block in the middle") }
        }
    }

    @Test func `is refused for its size alike whole and in pieces`() {
        for seed in FuzzSettings.seeds {
            var generator = SeededGenerator(seed: seed)
            let input = mutator.input(using: &generator)
            let split = pieces(of: input, using: &generator)

            let whole = Result { () throws(SSEError) in try readBlocks([input], eventBytesMax: 12) }

            let inPieces = Result { () throws(SSEError) in try readBlocks(split, eventBytesMax: 12) }
            if inPieces != whole { Issue.record("seed \(seed): \(shown(input)): whole \(whole), in pieces \(inPieces)") }
        }
    }
}
