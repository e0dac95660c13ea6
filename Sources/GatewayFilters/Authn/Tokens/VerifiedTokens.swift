import GatewayCore
import Synchronization
import WebTokens

/// A token whose signature and claims have been checked.
struct VerifiedToken: Sendable {
    let issuer: TokenIssuer
    /// Of the keys that it was checked with: when there are others, it is checked again.
    let keysVersion: Int
    let caller: Caller
    let validity: TokenRules.Validity
}

/// Tokens that have been checked, under their SHA-256, within a number. The oldest go first.
///
/// Only tokens that are valid get in, so nobody without one can push others out.
final class VerifiedTokens: Sendable {
    private struct Shard {
        var tokens: [UInt64: [(digest: KeyDigest, token: VerifiedToken)]] = [:]
        /// In the order of arrival, from `first` on round to it again.
        var order: [KeyDigest] = []
        var first = 0

        mutating func keep(_ token: VerifiedToken, for digest: KeyDigest, countMax: Int) {
            if let index = tokens[digest.prefix]?.firstIndex(where: { $0.digest == digest }) {
                tokens[digest.prefix]?[index].token = token
                return
            }
            if order.count < countMax {
                order.append(digest)
            } else {
                remove(order[first])
                order[first] = digest
                first = (first + 1) % countMax
            }
            tokens[digest.prefix, default: []].append((digest, token))
        }

        private mutating func remove(_ digest: KeyDigest) {
            tokens[digest.prefix]?.removeAll { $0.digest == digest }
            if tokens[digest.prefix]?.isEmpty ?? false { tokens[digest.prefix] = nil }
        }
    }

    private final class LockedShard: Sendable {
        let state = Mutex(Shard())
    }

    private let shards: [LockedShard]
    private let shardCountMax: Int

    init(countMax: Int) {
        shards = (0..<8).map { _ in LockedShard() }
        shardCountMax = max(1, countMax / 8)
    }

    private func shard(of digest: KeyDigest) -> LockedShard { shards[Int(digest.prefix & 7)] }

    func token(for digest: KeyDigest) -> VerifiedToken? {
        shard(of: digest).state.withLock { shard in
            shard.tokens[digest.prefix]?.first { $0.digest == digest }?.token
        }
    }

    func keep(_ token: VerifiedToken, for digest: KeyDigest, now: Int) {
        shard(of: digest).state.withLock { $0.keep(token, for: digest, countMax: shardCountMax) }
    }

    var count: Int { shards.reduce(0) { $0 + $1.state.withLock { $0.order.count } } }
}
