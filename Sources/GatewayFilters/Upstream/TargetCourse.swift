import GatewayCore
import GatewayDialects

/// Which of a model's targets a request may still ask after some have failed, and from when on. Targets go by their positions.
struct TargetCourse {
    private let count: Int
    private(set) var tried: Set<Int> = []
    /// Those that cannot take the request, or have no money left for us.
    private var ruledOut: Set<Int> = []
    /// When those that want to be left alone may be asked again.
    private var notBefore: [Int: ContinuousClock.Instant] = [:]

    init(count: Int) { self.count = count }

    mutating func ruleOut(_ index: Int) { ruledOut.insert(index) }

    /// A target was asked, and failed.
    mutating func failed(_ index: Int, _ error: GatewayError, now: ContinuousClock.Instant) {
        tried.insert(index)
        guard case .upstreamFailed(let failure) = error else { return }
        if failure.isQuotaSpent { ruleOut(index) }
        notBefore[index] = failure.retryAfterSeconds.map { now.advanced(by: .seconds($0)) }
    }

    /// Those that may be asked now; if none may, the one that may be asked first; none at all when all are ruled out.
    func candidates(now: ContinuousClock.Instant) -> [Int] {
        let left = (0..<count).filter { !ruledOut.contains($0) }
        let ready = left.filter { index in notBefore[index].map { $0 <= now } ?? true }
        guard ready.isEmpty else { return ready }
        return left.min { notBefore[$0]! < notBefore[$1]! }.map { [$0] } ?? []
    }

    /// Whole seconds, rounded up, for which a target still wants to be left alone; nil when it does not.
    func wish(of index: Int, now: ContinuousClock.Instant) -> Int? {
        guard let end = notBefore[index], end > now else { return nil }
        let (seconds, attoseconds) = now.duration(to: end).components
        return Int(clamping: seconds) + (attoseconds > 0 ? 1 : 0)
    }
}
