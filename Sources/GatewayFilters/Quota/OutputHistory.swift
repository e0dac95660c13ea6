import Synchronization

/// How long the answers to each caller from each model have been, so that one can be foreseen whose length the client does not bound.
///
/// What is foreseen is exceeded by about one answer in twenty. Lengths are kept in steps of an eighth, at most 4,096 pairs of caller and
/// model at 128 bytes each; beyond that, pairs are forgotten at random. Shared by all workers.
package final class OutputHistory: Sendable {
    /// A pair of caller and model. Its hash is made once: it is looked up twice in a request, and says which shard has it.
    struct Key: Hashable {
        /// nil: all callers together.
        let caller: String?
        let model: String?
        private let digest: Int

        init(caller: String?, model: String?) {
            self.caller = caller
            self.model = model
            var hasher = Hasher()
            hasher.combine(caller)
            hasher.combine(model)
            digest = hasher.finalize()
        }

        var hashValue: Int { digest }

        func hash(into hasher: inout Hasher) { hasher.combine(digest) }
    }

    /// The lengths of one caller's answers from one model.
    struct Lengths {
        /// Answers before which nothing is foreseen.
        static let answersMin = 8
        private static let bucketCount = 112

        private var counts = InlineArray<112, UInt8>(repeating: 0)
        private var total = 0

        /// - Parameter tokens: at least 1.
        mutating func add(_ tokens: Int) {
            let index = Self.index(of: tokens)
            if counts[index] == .max { halve() }
            counts[index] += 1
            total += 1
        }

        /// The length that 19 of 20 answers do not exceed; nil before there are enough of them.
        var expected: Int? {
            guard total >= Self.answersMin else { return nil }
            var beyond = total / 20
            for index in counts.indices.reversed() where counts[index] > 0 {
                beyond -= Int(counts[index])
                if beyond < 0 { return Self.longest(at: index) }
            }
            return nil
        }

        /// Old answers count half: what an app asks for changes.
        private mutating func halve() {
            total = 0
            for index in counts.indices {
                counts[index] /= 2
                total += Int(counts[index])
            }
        }

        /// Eight steps for each doubling, from 8 tokens on.
        private static func index(of tokens: Int) -> Int {
            guard tokens > 8 else { return 0 }
            let doublings = Int.bitWidth - 1 - tokens.leadingZeroBitCount
            let eighth = (tokens >> (doublings - 3)) & 7
            return min((doublings - 3) * 8 + eighth + 1, bucketCount - 1)
        }

        private static func longest(at index: Int) -> Int {
            guard index > 0 else { return 8 }
            let (doublings, eighth) = ((index - 1) / 8 + 3, (index - 1) % 8)
            return (9 + eighth) << (doublings - 3)
        }
    }

    /// What is foreseen of an answer of which nothing is known.
    static let expectedOfStrangers = 1024
    private static let pairsMax = 4096
    private static let shardCount = 16

    private final class Shard: Sendable {
        let pairs = Mutex<[Key: Lengths]>([:])
    }

    private let shards = (0..<shardCount).map { _ in Shard() }

    package init() {}

    /// Tokens that an answer will hardly exceed. Of a caller who is new the others' answers tell.
    func expected(for pair: Key) -> Int { lengths(pair) ?? lengths(Key(caller: nil, model: pair.model)) ?? Self.expectedOfStrangers }

    func learn(_ tokens: Int, for pair: Key) {
        guard tokens > 0 else { return }
        add(tokens, pair)
        if pair.caller != nil { add(tokens, Key(caller: nil, model: pair.model)) }
    }

    var pairCount: Int { shards.reduce(0) { $0 + $1.pairs.withLock(\.count) } }

    private func lengths(_ key: Key) -> Int? { shard(key).pairs.withLock { $0[key]?.expected } }

    private func add(_ tokens: Int, _ key: Key) {
        shard(key).pairs.withLock { pairs in
            if let place = pairs.index(forKey: key) { return pairs.values[place].add(tokens) }
            if pairs.count >= Self.pairsMax / Self.shardCount, let some = pairs.keys.randomElement() { pairs[some] = nil }
            pairs[key, default: Lengths()].add(tokens)
        }
    }

    private func shard(_ key: Key) -> Shard { shards[Int(UInt(bitPattern: key.hashValue) % UInt(Self.shardCount))] }
}
