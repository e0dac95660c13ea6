import GatewayCore
import GatewayDialects
import MonotonicClock

/// Which of a model's targets a request may still ask after some have failed, and from when on. Targets go by their positions.
struct TargetCourse {
    private let count: Int
    private(set) var tried: Set<Int> = []
    /// Those that cannot take the request, or have no money left for us.
    private var ruledOut: Set<Int> = []
    /// When those that want to be left alone may be asked again.
    private var notBefore: [Int: Instant] = [:]

    init(count: Int) { self.count = count }

    mutating func ruleOut(_ index: Int) { ruledOut.insert(index) }

    /// A target was asked, and failed.
    mutating func failed(_ index: Int, _ error: GatewayError, now: Instant) {
        tried.insert(index)
        guard case .upstreamFailed(let failure) = error else { return }
        if failure.isQuotaSpent { ruleOut(index) }
        notBefore[index] = failure.retryAfterSeconds.map { now.advanced(by: .seconds($0)) }
    }

    /// Those to choose from next: of the healthy ones, those that may be asked now, or else the one that may be asked first if it is worth
    /// waiting for; then of the others those that may be asked now; then whichever may be asked first. None when all are ruled out.
    ///
    /// - Parameters:
    ///   - isHealthy: false for a target that is left out because it fails.
    ///   - mayWait: whether the request has so many seconds.
    func candidates(now: Instant, isHealthy: (Int) -> Bool, mayWait: (Int) -> Bool) -> [Int] {
        let left = (0..<count).filter { !ruledOut.contains($0) }
        let healthy = left.filter(isHealthy)
        let ready = left.filter { wish(of: $0, now: now) == nil }
        let best = ready.filter(healthy.contains)
        if !best.isEmpty { return best }
        if let first = soonest(of: healthy), let wish = wish(of: first, now: now), mayWait(wish) { return [first] }
        if !ready.isEmpty { return ready }
        return soonest(of: left).map { [$0] } ?? []
    }

    private func soonest(of places: [Int]) -> Int? {
        places.min { left, right in
            guard let other = notBefore[right] else { return false }
            return notBefore[left].map { $0 < other } ?? true
        }
    }

    /// Whole seconds, rounded up, for which a target still wants to be left alone; nil when it does not.
    func wish(of index: Int, now: Instant) -> Int? {
        guard let end = notBefore[index], end > now else { return nil }
        let (seconds, attoseconds) = now.duration(to: end).components
        return Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
