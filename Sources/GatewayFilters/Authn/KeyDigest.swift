import Crypto

/// The SHA-256 of an API key, as four numbers.
package struct KeyDigest: Equatable, Sendable {
    private let words: SIMD4<UInt64>

    /// Of a key as a client sends it.
    init(of key: some Collection<UInt8>) {
        self.init(digest: SHA256.hash(data: Array(key)))
    }

    /// - Returns: nil unless there are exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(digest: bytes)
    }

    private init(digest: some Sequence<UInt8>) {
        var bytes = digest.makeIterator()
        var words = SIMD4<UInt64>()
        for index in words.indices {
            var word: UInt64 = 0
            for _ in 0..<8 { word = word << 8 | UInt64(bytes.next() ?? 0) }
            words[index] = word
        }
        self.words = words
    }

    /// Spreads digests evenly: hash functions leave no pattern in any of their bits.
    var prefix: UInt64 { words[0] }

    /// Takes the same time wherever, and whether, the two differ.
    package static func == (left: KeyDigest, right: KeyDigest) -> Bool {
        let difference = left.words ^ right.words
        return difference[0] | difference[1] | difference[2] | difference[3] == 0
    }
}
