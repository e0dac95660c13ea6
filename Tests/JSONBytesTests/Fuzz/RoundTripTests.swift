import Testing

@testable import JSONBytes

@Suite("Fuzzed values")
struct RoundTripTests {
    @Test func `are the same after writing and reading`() throws {
        for index in 0..<fuzzInputs {
            var random = SeededRandom(seed: fuzzSeed &+ UInt64(index))
            let value = random.value(depth: 4)

            let written = value.written()

            let read = try JSONValue(parsing: written)
            #expect(read.written() == written, "input \(index) of seed \(fuzzSeed): \(text(written))")
        }
    }

    @Test func `have one canonical form however they are spelled`() throws {
        for index in 0..<fuzzInputs {
            var random = SeededRandom(seed: fuzzSeed &+ UInt64(index))
            let value = random.value(depth: 4)
            let (one, other) = (bytes(random.spelled(value)), bytes(random.spelled(value)))

            let form = try canonical(one)

            #expect(form == (try canonical(other)), "input \(index) of seed \(fuzzSeed): \(text(one)) and \(text(other))")
            #expect(try canonical(bytes(form)) == form, "input \(index) of seed \(fuzzSeed): \(form)")
        }
    }

    @Test func `have different canonical forms when they differ`() throws {
        var values: [[UInt8]: JSONValue] = [:]
        for index in 0..<fuzzInputs {
            var random = SeededRandom(seed: fuzzSeed &+ UInt64(index))
            let value = random.value(depth: 2)
            let form = bytes(try canonical(bytes(random.spelled(value))))
            if let same = values[form] { #expect(Self.isSame(same, value), "input \(index) of seed \(fuzzSeed): \(text(form))") }
            values[form] = value
        }
    }

    /// Equality that does not count the order of members, written without the canonical form.
    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        switch (one, other) {
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { member in b[member.name].map { isSame($0, member.value) } ?? false }
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy(isSame)
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        default: one == other
        }
    }
}
