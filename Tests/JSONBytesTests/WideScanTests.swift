import CScan
import Testing

@testable import JSONBytes

/// What is searched with wide instructions is searched like this, whatever the CPU has.
@Suite(.serialized) struct WideScanTests {
    private static let widths: [Int32] = [0, 256, 512]

    /// Where a string that begins behind the quote at 0 ends, read byte by byte; nil where it is none.
    private func plainEnd(_ text: [UInt8]) -> (at: Int, isPlain: Bool)? {
        var at = 1
        var isPlain = true
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "\""): return (at + 1, isPlain)
            case ..<0x20: return nil
            case UInt8(ascii: "\\"):
                isPlain = false
                guard at + 1 < text.count else { return nil }
                guard text[at + 1] == UInt8(ascii: "u") else {
                    guard "\"\\/bfnrt".utf8.contains(text[at + 1]) else { return nil }
                    at += 2
                    continue
                }
                let digits = text[(at + 2)...].prefix(4)
                guard digits.count == 4, digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return nil }
                at += 6
            default: at += 1
            }
        }
        return nil
    }

    private func end(_ text: [UInt8]) -> (at: Int, isPlain: Bool)? {
        var at = 0
        guard let isPlain = try? JSONLexer.skipString(text.span, &at, JSONLimits()) else { return nil }
        return (at, isPlain)
    }

    private func checkAll(_ text: [UInt8]) {
        let expected = plainEnd(text)
        for width in Self.widths {
            cscan_limit_width(width)
            let found = end(text)
            #expect(found?.at == expected?.at && found?.isPlain == expected?.isPlain, "\(width) bits: \(String(decoding: text, as: UTF8.self))")
        }
        cscan_limit_width(512)
    }

    @Test func `an escape is read alike wherever it stands in a block of 64 bytes`() {
        for escape in ["\\n", "\\\\", "\\\"", "\\u00e9", "\\u00E", "\\x", "\\", "\u{1}", "\\\u{1}", "\\ud83d\\ude00", "\\u12\"4", "\""] {
            for place in 0..<140 {
                let text = "\"" + String(repeating: "a", count: place) + escape + String(repeating: "b", count: 150 - place) + "\" tail"
                checkAll(Array(text.utf8))
            }
        }
    }

    @Test func `a run of backslashes of any length is read alike`() {
        // A run that begins a block has whole pairs in it; one behind 21 or 22 bytes begins five or six bytes into one.
        for before in [2, 21, 22] {
            for count in 0..<200 {
                for rest in ["\"", "n\"", "u00e9\"", ""] {
                    let text =
                        "\"" + String(repeating: "a", count: before) + String(repeating: "\\", count: count) + rest
                        + String(repeating: " ", count: 70)
                    checkAll(Array(text.utf8))
                }
            }
        }
    }

    @Test func `strings made at random are read alike`() {
        var random = SystemRandomNumberGenerator()
        let parts = ["a", "é", "\\", "\\\\", "\\u0041", "\\n", "\"", "u", "1234", "\\u", "\t", String(repeating: "x", count: 61)]
        for _ in 0..<4_000 {
            let text =
                "\""
                + (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                    // Those that end a string or spoil it are seldom, or nothing would be long.
                    parts[Int.random(in: 0..<(Int.random(in: 0..<8, using: &random) == 0 ? parts.count : 6), using: &random)]
                }.joined() + "\"" + String(repeating: " ", count: Int.random(in: 0..<80, using: &random))
            checkAll(Array(text.utf8))
        }
    }

    @Test func `a text of any length may end within a word`() {
        let word = Array("\"rs_".utf8)
        for width in Self.widths {
            cscan_limit_width(width)
            for count in 0..<300 {
                for part in 1...3 {
                    let text = [UInt8](repeating: UInt8(ascii: "x"), count: count) + word.prefix(part)
                    #expect(ByteSearch.index(of: word.span, rare: 2, in: text.span, from: 0) == nil)
                }
            }
        }
        cscan_limit_width(512)
    }

    @Test func `a word is found at every place, and nothing that only looks like it`() throws {
        let word = Array("\"rs_".utf8)
        for width in Self.widths {
            cscan_limit_width(width)
            for place in 0..<200 {
                var text = [UInt8](repeating: UInt8(ascii: "s"), count: place) + word + [UInt8](repeating: UInt8(ascii: "_"), count: 200 - place)
                #expect(ByteSearch.index(of: word.span, rare: 2, in: text.span, from: 0) == place)
                #expect(ByteSearch.index(of: word.span, rare: 2, in: text.span, from: place + 1) == nil)
                text[place] = UInt8(ascii: "'")
                #expect(ByteSearch.index(of: word.span, rare: 2, in: text.span, from: 0) == nil)
            }
        }
        cscan_limit_width(512)
    }
}
