import GatewayCore
import MonotonicClock

/// What a flight is to do before it asks a provider.
enum CacheClaim {
    case found(StoredAnswer)
    /// With the lease, where Redis granted one.
    case call(CacheLease?)
}

/// The right, for a while, to be the only process that asks for an answer.
struct CacheLease {
    let token: [UInt8]
}

// One call for many processes.
extension CacheDestination {
    /// Between two looks at whether the process that asks has the answer.
    private static let pauses = (first: 20, last: 500)

    /// Whether the provider is to be asked: another process may have the answer, or be about to.
    ///
    /// - Throws: the cancellation's error.
    func claim(for exchange: Exchange) async throws(GatewayError) -> CacheClaim {
        guard mayFollow, let redis = state.redis else { return .call(nil) }
        let worker = exchange.worker
        let lease = CacheLease(token: (0..<16).map { _ in UInt8(worker.random(below: 256)) })
        let deadline = worker.now + redis.limits.waitMax
        var pause = Self.pauses.first
        var (hasWaited, hasForgotten) = (false, false)
        while let claim = await redis.claim(key, token: lease.token, on: worker) {
            if let answer = claim.answer, await isOfUse(answer, to: exchange) {
                if claim.turn == .ours { giveBack(lease, .release, on: worker) }
                return .found(answer)
            }
            switch claim.turn {
            case .nobodys where !hasForgotten:
                // It is fresh and of no use: purged, another version's, or damaged. Without it there is somebody's turn again.
                await redis.forget(key, on: worker)
                hasForgotten = true
                continue
            case .nobodys, .everybodys: return .call(nil)
            case .ours: return try await withOtherFormats(lease, redis, exchange)
            case .anothers: break
            }
            if !hasWaited { redis.counts.count(.waited) }
            hasWaited = true
            guard worker.now < deadline else {
                redis.counts.count(.waitedInVain)
                return .call(nil)
            }
            try await worker.sleep(for: .milliseconds(pause + worker.random(below: pause)), cancellation: exchange.cancellation)
            pause = min(2 * pause, Self.pauses.last)
        }
        return .call(nil)
    }

    /// Takes the answer into memory, too: for those who come next, or as the last resort.
    private func isOfUse(_ answer: StoredAnswer, to exchange: Exchange) async -> Bool {
        guard state.marks.isValid(answer.about.tag) else { return false }
        let standing = policy.standing(of: answer, at: exchange.worker.now)
        guard standing != .expired else { return false }
        await state.store.keep(answer, for: key)
        return standing == .fresh || (standing == .refreshable && !exchange.isRefresh)
    }

    /// The same question may have been asked in another format.
    private func withOtherFormats(_ lease: CacheLease, _ redis: RedisCacheTier, _ exchange: Exchange) async throws(GatewayError) -> CacheClaim {
        let worker = exchange.worker
        guard let meaning, let other = await redis.lookForTwin(of: meaning, on: worker), other != key,
            let answer = await redis.look(other, on: worker), state.marks.isValid(answer.about.tag),
            policy.standing(of: answer, at: worker.now) == .fresh
        else { return .call(lease) }
        giveBack(lease, .release, on: worker)
        await state.store.keep(answer, for: other)
        return .found(answer)
    }

    func giveBack(_ lease: CacheLease?, _ word: RedisCacheTier.LeaseWord, on worker: any WorkerServices) {
        guard let lease, let redis = state.redis else { return }
        let (carried, key) = (OnOneWorker(value: worker), key)
        worker.spawn { await redis.tell(lease, word, key, on: carried.value) }
    }

    /// Says, until `landing`, that this process still asks.
    func renew(_ lease: CacheLease, until landing: Cancellation, on worker: any WorkerServices) async {
        guard let redis = state.redis else { return }
        do throws(GatewayError) {
            while true {
                try await worker.sleep(for: redis.limits.lease / 3, cancellation: landing)
                await redis.tell(lease, .renew, key, on: worker)
            }
        } catch {
            // It has landed.
        }
    }
}
