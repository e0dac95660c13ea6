import Crypto

/// What equal requests have in common: a SHA-256. Nobody can read a prompt, a name or a credential out of it.
package struct CacheKey: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    init(of bytes: [UInt8]) {
        var words = SIMD4<UInt64>()
        for (index, byte) in SHA256.hash(data: bytes).enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// - Returns: nil unless there are 32 bytes.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// The 32 bytes.
    var bytes: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) }
    }

    /// Spreads keys evenly.
    var prefix: UInt64 { words[0] }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words[0])  // as good as random already
    }
}
