import Foundation

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// What a fuzz run is asked for by its environment.
enum FuzzSettings {
    /// Inputs of one run.
    static let inputs = number("WEIR_FUZZ_INPUTS") ?? 4_000
    /// Each input has a seed of its own, counted up from here: a failure names it and can be had again alone.
    static let seed = UInt64(number("WEIR_FUZZ_SEED") ?? 20_261_122)

    static var seeds: Range<UInt64> { seed..<(seed + UInt64(inputs)) }

    private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}

/// `input` cut into pieces at random places, some of them empty.
func pieces(of input: [UInt8], using generator: inout SeededGenerator) -> [[UInt8]] {
    let cuts = (0..<Int.random(in: 0...6, using: &generator)).map { _ in Int.random(in: 0...input.count, using: &generator) }
    let bounds = [0] + cuts.sorted() + [input.count]
    return zip(bounds, bounds.dropFirst()).map { Array(input[$0..<$1]) }
}

/// `input` with control bytes spelled out, for messages.
func shown(_ input: [UInt8]) -> String {
    input.map { byte in
        switch byte {
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0x20...0x7E: String(UnicodeScalar(byte))
        default: "\\x" + String(byte, radix: 16)
        }
    }.joined()
}
