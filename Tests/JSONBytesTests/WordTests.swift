import Testing

@testable import JSONBytes

@Suite("The search for a word")
struct WordTests {
    private let word = JSONWord(#""seal""#, rare: 2)

    @Test func `finds it wherever it stands, and says where the text goes on`() {
        for before in 0..<70 {
            for behind in 0..<40 {
                let body = Array(repeating: UInt8(ascii: "e"), count: before) + bytes(#""seal""#) + Array(repeating: UInt8(ascii: "a"), count: behind)
                #expect(word.end(in: body.span) == before + 6, "\(before) bytes before it, \(behind) behind")
            }
        }
    }

    @Test(arguments: ["", "\"", "\"seal", "seal\"", #""seel" "sea1" "Seal" "sealed""#, String(repeating: #""sea" "#, count: 40) + #""seal"#])
    func `does not find what is not there`(_ text: String) {
        #expect(word.end(in: bytes(text).span) == nil)
    }

    @Test func `goes on from where it is told to`() {
        let body = bytes(#""seal":"","seal":1"#)

        #expect(word.end(in: body.span) == 6)
        #expect(word.end(in: body.span, from: 1) == 16)
        #expect(word.end(in: body.span, from: 16) == nil)
        #expect(word.end(in: body.span, from: body.count) == nil)
    }

    @Test(arguments: 0..<500) func `agrees with a search byte by byte`(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let text = (0..<random.below(120)).map { _ in bytes("ab\u{80}\u{C3}")[random.below(4)] }
        let expected = text.indices.dropLast(2).first { Array(text[$0..<$0 + 3]) == bytes("aba") }

        #expect(JSONWord("aba", rare: 1).end(in: text.span) == expected.map { $0 + 3 })
        #expect(JSONWord("aba", rare: 0).end(in: text.span) == expected.map { $0 + 3 })
    }
}
