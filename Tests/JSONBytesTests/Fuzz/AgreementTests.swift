import Foundation
import Testing

@testable import JSONBytes

@Suite("Fuzzed readers")
struct AgreementTests {
    /// What the tree and the canonical form refuse and the scanner lets through: it decodes no strings and compares no names it was not told.
    private static func isForDecodersOnly(_ reason: JSONError.Reason) -> Bool {
        switch reason {
        case .duplicateMember, .badUTF8, .loneSurrogate: true
        default: false
        }
    }

    private static func corpus() throws -> [[UInt8]] {
        let deep = String(repeating: #"{"a":["#, count: 60) + "1" + String(repeating: "]}", count: 60)
        return try Fixtures.bodies().filter { $0.count < 2500 } + [deep, #"{"model":"m","n":[1e5,-0.0,12345678901234567890]}"#].map(bytes)
    }

    private static func input(_ index: Int, _ corpus: [[UInt8]]) -> [UInt8] {
        var random = SeededRandom(seed: fuzzSeed &+ UInt64(index))
        let start = random.once(in: 3) ? random.pick(corpus) : bytes(random.spelled(random.value(depth: 4)))
        return random.mutated(start)
    }

    @Test func `agree with each other on damaged texts`() throws {
        let corpus = try Self.corpus()
        var acceptedCount = 0
        for index in 0..<fuzzInputs {
            let body = Self.input(index, corpus)
            let scanner = reason { try JSONScanner.check(body) }
            let tree = reason { _ = try JSONValue(parsing: body) }
            let form = reason { _ = try canonical(body) }
            let top = reason { _ = try JSONScanner.topLevel(body, wanted: []) }
            let plan = reason { _ = try JSONEditPlan([]).applied(to: body) }

            #expect((tree == nil) == (form == nil) || form == .nullInName, "input \(index) of seed \(fuzzSeed): \(text(body))")
            if let scanner {
                #expect(tree != nil && top != nil && plan != nil, "input \(index) of seed \(fuzzSeed): \(scanner) \(text(body))")
            } else {
                acceptedCount += 1
                #expect(tree.map(Self.isForDecodersOnly) ?? true, "input \(index) of seed \(fuzzSeed): \(text(body))")
                #expect(top.map(Self.isAboutTopLevel) ?? true, "input \(index) of seed \(fuzzSeed): \(text(body))")
            }
        }
        #expect(acceptedCount > fuzzInputs / 50 && acceptedCount < fuzzInputs, "the inputs are neither all good nor all bad")
    }

    private static func isAboutTopLevel(_ reason: JSONError.Reason) -> Bool {
        switch reason {
        case .wrongType(path: "", expected: .object, _), .badUTF8, .loneSurrogate, .nullInName: true
        default: false
        }
    }

    /// Foundation differs: it takes the first of two members, refuses numbers a Double cannot hold, reads UTF-16 and UTF-32, skips a
    /// byte-order mark, and lets a comma stand before a closing bracket.
    @Test func `accept nothing that Foundation refuses and refuse little that it accepts`() throws {
        let corpus = try Self.corpus()
        for index in 0..<fuzzInputs {
            let body = Self.input(index, corpus)
            let ours = reason { _ = try JSONValue(parsing: body) }
            let theirs = try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)

            if ours == nil, theirs == nil { #expect(Self.hasHugeNumber(body), "input \(index) of seed \(fuzzSeed): \(text(body))") }
            if let ours, theirs != nil {
                let isExpected = Self.isForDecodersOnly(ours) || Self.isOtherEncoding(body) || text(body).contains(/,\s*[}\]]/)
                #expect(isExpected, "input \(index) of seed \(fuzzSeed): \(ours) \(text(body))")
            }
        }
    }

    private static func hasHugeNumber(_ body: [UInt8]) -> Bool { text(body).contains(/[0-9][eE]\+?[0-9]{2,}|[0-9]{20}/) }

    private static func isOtherEncoding(_ body: [UInt8]) -> Bool { body.starts(with: [0xEF, 0xBB, 0xBF]) || body.contains(0) }
}
