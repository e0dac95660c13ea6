import GatewayCore
import GatewayDialects
import HTTPWire

/// Where the answer of a flight goes, and for how long.
struct CacheDestination {
    let state: CacheState
    let policy: CachePolicy
    let key: CacheKey
    /// What the request has in common with others in another format.
    let meaning: CacheKey?
    /// As of the beginning of the call: a purge in between is about this answer, too.
    let tag: PurgeTag
    /// False for a client that wants an answer of its own.
    let mayFollow: Bool

    var table: FlightTable { state.flights }
    var entryBytesMax: Int { state.store.entryBytesMax }

    func answer(_ content: StoredAnswer.Content, headers: [HeaderField], for exchange: Exchange) -> StoredAnswer {
        StoredAnswer(
            content, headers: headers, record: exchange.record, storedAt: exchange.worker.now, keep: policy.keep, stale: policy.staleMax,
            format: exchange.chatFormat, tag: tag)
    }

    /// Puts a whole answer, or a refusal, where others find it; what else came gives back the lease.
    func keep(_ ending: FlightEnding, _ lease: CacheLease?, for exchange: Exchange) async {
        switch ending {
        case .landed(_, let answer?):
            await keep(answer, lease, on: exchange.worker)
            guard let meaning else { return }
            await keep(StoredAnswer(.alias(key), about: answer.about), as: meaning, nil, on: exchange.worker)
        case .crashed(.upstreamFailed(let failure), _, _) where policy.negative > .zero && failure.isInvalidRequest:
            await keep(refusal(failure, for: exchange), lease, on: exchange.worker)
        case .landed(_, nil): giveBack(lease, .open, on: exchange.worker)
        case .crashed, .dissolved, .found: giveBack(lease, .release, on: exchange.worker)
        }
    }

    private func keep(_ answer: StoredAnswer, as key: CacheKey? = nil, _ lease: CacheLease?, on worker: any WorkerServices) async {
        await state.store.keep(answer, for: key ?? self.key)
        state.redis?.keep(answer, for: key ?? self.key, lease, on: worker)
    }

    private func refusal(_ failure: UpstreamFailure, for exchange: Exchange) -> StoredAnswer {
        var record = exchange.record
        (record.usage, record.cost) = (nil, nil)
        return StoredAnswer(
            .refusal(failure.body), headers: failure.headers, record: record, storedAt: exchange.worker.now, keep: policy.negative, tag: tag)
    }
}
