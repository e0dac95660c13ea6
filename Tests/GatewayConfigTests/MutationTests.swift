import Foundation
import GatewayConfig
import Testing

@Suite("A damaged configuration")
struct MutationTests {
    private static let inputs = Int(ProcessInfo.processInfo.environment["WEIR_FUZZ_INPUTS"] ?? "") ?? 500

    /// The seed makes every run the same; another one can be tried with `WEIR_FUZZ_SEED`.
    @Test func `is read or refused, and never crashes`() throws {
        var random = SeededGenerator(seed: UInt64(ProcessInfo.processInfo.environment["WEIR_FUZZ_SEED"] ?? "") ?? 1)
        let refused = RefusedFilesTests.folder
        let examples = ExamplesTests.folder
        let corpus =
            try Fixtures.files(in: refused, withExtension: "yaml").map { try Fixtures.bytes(of: $0, in: refused) }
            + Fixtures.files(in: examples, withExtension: "yaml").map { try Fixtures.bytes(of: $0, in: examples) }
        var accepted = 0

        for _ in 0..<Self.inputs {
            let bytes = Mutation.apply(to: corpus, using: &random)
            do throws(ConfigurationErrors) {
                _ = try Configuration.read(bytes, file: "x", environment: Fixtures.environment)
                accepted += 1
            } catch {
                #expect(!error.diagnostics.isEmpty)
                #expect(!error.description.contains(Fixtures.secret))
            }
        }

        #expect(accepted < Self.inputs)
    }
}

/// Small damage of the kinds that editors, templates and lost packets do.
private enum Mutation {
    private static let fragments = [
        "&a ", "*a", "<<: *a", "!!str ", "? ", "- ", ": ", "{", "}", "[", "]", "|\n", ">-\n", "\t", "\u{FEFF}", "---\n", "...\n", "%YAML 1.1\n",
        "${env:",
        "${file:x}", "~", "0x", "'", "\"", "\\", "\r", "\0", "#", "*", "999999999999999999999", "-1", "1e999", "any", "/", "é", "\u{85}",
    ]

    static func apply(to corpus: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(at..<end)
            case 1: bytes.insert(contentsOf: (fragments.randomElement(using: &random) ?? "").utf8, at: at)
            case 2: bytes.insert(contentsOf: Array(bytes[at..<end]), at: at)
            case 3:
                let other = corpus.randomElement(using: &random) ?? []
                let from = Int.random(in: 0...other.count, using: &random)
                bytes.insert(contentsOf: other[from..<min(other.count, from + 40)], at: at)
            default: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
