/// Numbers for request ids, trace ids, picks and jitter: spread evenly, quick, and guessable by whoever sees enough of them. Never for keys.
///
/// SplitMix64, seeded by the system: asking the kernel for each number would be a system call.
///
/// - SeeAlso: Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014
struct FastRandom: RandomNumberGenerator {
    private var state: UInt64
    /// Odd, and different for each generator, so that no two of them ever run along the same sequence.
    private let step: UInt64

    init() {
        var system = SystemRandomNumberGenerator()
        state = system.next()
        step = system.next() | 1
    }

    mutating func next() -> UInt64 {
        state &+= step
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
