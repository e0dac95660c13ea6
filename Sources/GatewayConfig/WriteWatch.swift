import MonotonicClock

/// Tells a file that somebody is still writing from one that is whole, by how long it has stood still.
///
/// What has been written so far may be a file in itself: in block style each line more is another right configuration.
struct WriteWatch {
    enum Verdict: Equatable { case settled, wait, givenUp }

    /// What changes with every write, and when another file takes the name.
    struct Stamp: Equatable {
        let inode: UInt64
        let bytes: Int
        /// Since 1970.
        let modified: Duration
    }

    /// Longer than somebody who is writing pauses.
    static let quiet = Duration.milliseconds(100)
    /// Somebody who writes for longer is not waited for.
    static let patience = Duration.seconds(1)

    private let started: Instant
    private var last: (stamp: Stamp, seen: Instant)?

    init(now: Instant) {
        started = now
    }

    /// - Parameters:
    ///   - stamp: nil where what was read is no state of the file: it changed meanwhile.
    ///   - timeOfDay: since 1970. A file from the future is believed when it is seen standing still.
    mutating func judge(_ stamp: Stamp?, timeOfDay: Duration, now: Instant) -> Verdict {
        if let stamp {
            let age = timeOfDay - stamp.modified
            if age >= Self.quiet { return .settled }
            if let last, last.stamp == stamp {
                if last.seen.duration(to: now) >= Self.quiet { return .settled }
            } else {
                last = (stamp, now)
            }
        }
        return started.duration(to: now) >= Self.patience ? .givenUp : .wait
    }
}
