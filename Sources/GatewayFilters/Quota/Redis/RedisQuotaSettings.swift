import GatewayCore
import Synchronization

/// What all workers' dealings with the counters in Redis have in common.
final class RedisQuotaSettings: Sendable {
    /// Entries that Redis has not been told yet.
    let backlog = Atomic(0)
    /// Entries that were given up.
    let lost = Atomic(0)
    private let leaseMicroseconds: Atomic<Int>
    private let clock: @Sendable () -> [UInt8]

    /// - Parameter clock: microseconds since 1970, for tests; empty: Redis' own.
    init(lease: Duration, clock: @escaping @Sendable () -> [UInt8] = { [] }) {
        leaseMicroseconds = Atomic(Int(lease.wholeNanoseconds / 1000))
        self.clock = clock
    }

    /// What the scripts take for the time.
    var time: [UInt8] { clock() }

    var lease: Duration {
        get { .microseconds(leaseMicroseconds.load(ordering: .relaxed)) }
        set { leaseMicroseconds.store(Int(newValue.wholeNanoseconds / 1000), ordering: .relaxed) }
    }

    var leaseText: [UInt8] { Array("\(leaseMicroseconds.load(ordering: .relaxed))".utf8) }
}
