import GatewayCore
package import MonotonicClock
import Synchronization

/// When a target is left out because it fails.
package struct EjectionPolicy: Equatable, Sendable {
    /// Failures in a row.
    package let failures: Int
    package let duration: Duration

    package init(failures: Int, duration: Duration) {
        self.failures = failures
        self.duration = duration
    }
}

/// How a target has done lately. Shared by all workers and kept over reloads; every number is right by itself, and together they may be
/// a moment apart.
package final class TargetState: Sendable {
    package struct Snapshot: Equatable, Sendable {
        package let inFlight: Int
        package let requests: Int
        package let failures: Int
        package let failuresInRow: Int
        /// The last status it answered with; nil before the first.
        package let lastStatus: Int?
        /// How much longer it is left out; nil when it is not.
        package let ejectedFor: Duration?
    }

    private let epoch: Instant
    private let inFlightCount = Atomic<Int>(0)
    private let requestCount = Atomic<Int>(0)
    private let failureCount = Atomic<Int>(0)
    private let failureRow = Atomic<Int>(0)
    private let status = Atomic<Int>(0)
    /// Nanoseconds since `epoch`; 0 when it is not ejected.
    private let ejectedUntil = Atomic<Int>(0)
    /// Moving average of the time to the first token, in microseconds; 0 before the first answer.
    private let firstToken = Atomic<Int>(0)
    /// Whether one request is out to see if an ejected target is back.
    private let isProbed = Atomic<Bool>(false)

    /// - Parameter epoch: any moment before the first use.
    package init(epoch: Instant = .now) {
        self.epoch = epoch
    }

    /// How long answers have taken to begin of late, in microseconds; 0 when nobody knows yet.
    package var firstTokenMicroseconds: Int { firstToken.load(ordering: .relaxed) }

    package var inFlight: Int { inFlightCount.load(ordering: .relaxed) }

    /// Whether requests may go there: it is not ejected, or its time is over and nobody is trying it yet.
    package func isAvailable(now: Instant) -> Bool {
        let until = ejectedUntil.load(ordering: .relaxed)
        return until == 0 || (nanoseconds(now) >= until && !isProbed.load(ordering: .relaxed))
    }

    package func snapshot(now: Instant) -> Snapshot {
        let left = ejectedUntil.load(ordering: .relaxed) - nanoseconds(now)
        let last = status.load(ordering: .relaxed)
        return Snapshot(
            inFlight: inFlight, requests: requestCount.load(ordering: .relaxed), failures: failureCount.load(ordering: .relaxed),
            failuresInRow: failureRow.load(ordering: .relaxed), lastStatus: last == 0 ? nil : last,
            ejectedFor: left > 0 ? .nanoseconds(left) : nil)
    }

    /// Counts a request that goes there now.
    package func begin(now: Instant, ejection: EjectionPolicy?) -> TargetLease {
        inFlightCount.add(1, ordering: .relaxed)
        requestCount.add(1, ordering: .relaxed)
        let until = ejectedUntil.load(ordering: .relaxed)
        let mayProbe = until != 0 && nanoseconds(now) >= until
        let isProbe = mayProbe && isProbed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
        return TargetLease(state: self, ejection: ejection, isProbe: isProbe)
    }

    private func nanoseconds(_ now: Instant) -> Int {
        Int(epoch.duration(to: now).wholeNanoseconds)
    }
}

extension TargetState {
    fileprivate func note(status code: Int) { status.store(code, ordering: .relaxed) }

    /// The last eight answers count most. Two at once may lose one: it is an average.
    fileprivate func note(firstToken duration: Duration) {
        let sample = max(1, Int(duration.wholeNanoseconds / 1000))
        let average = firstToken.load(ordering: .relaxed)
        firstToken.store(average == 0 ? sample : max(1, average + (sample - average) / 8), ordering: .relaxed)
    }

    fileprivate func isBack() { ejectedUntil.store(0, ordering: .relaxed) }

    fileprivate func end(_ outcome: TargetLease.Outcome, isProbe: Bool, now: () -> Instant, ejection: EjectionPolicy?) {
        inFlightCount.subtract(1, ordering: .relaxed)
        switch outcome {
        case .succeeded:
            failureRow.store(0, ordering: .relaxed)
            isBack()
        case .failed:
            failureCount.add(1, ordering: .relaxed)
            let row = failureRow.add(1, ordering: .relaxed).newValue
            if let ejection, isProbe || row >= ejection.failures {
                ejectedUntil.store(max(1, nanoseconds(now() + ejection.duration)), ordering: .relaxed)
            }
        case .unknown: break
        }
        if isProbe { isProbed.store(false, ordering: .relaxed) }
    }
}

/// One request's place at a target, given back once. Belongs to one worker.
package final class TargetLease {
    package enum Outcome: Equatable {
        case succeeded
        /// By the target's fault.
        case failed
        /// Nobody can say: the client left first, or the request itself was wrong.
        case unknown
    }

    private let state: TargetState
    private let ejection: EjectionPolicy?
    private let isProbe: Bool
    private var isOpen = true

    fileprivate init(state: TargetState, ejection: EjectionPolicy?, isProbe: Bool) {
        self.state = state
        self.ejection = ejection
        self.isProbe = isProbe
    }

    deinit {
        if isOpen { state.end(.unknown, isProbe: isProbe, now: { .now }, ejection: nil) }
    }

    package func note(status: Int) { state.note(status: status) }

    /// An answer has begun: a target that was left out is back, however long the answer takes.
    ///
    /// - Parameter duration: since the request was sent.
    package func answerBegan(after duration: Duration) {
        state.note(firstToken: duration)
        state.isBack()
    }

    /// - Parameter now: looked at only by a failure that has the target left out.
    package func end(_ outcome: Outcome, now: @autoclosure () -> Instant) {
        guard isOpen else { return }
        isOpen = false
        state.end(outcome, isProbe: isProbe, now: now, ejection: ejection)
    }
}
