import Glibc

/// A moment of the clock that nobody sets and that runs on while the machine sleeps (`CLOCK_BOOTTIME`), to the nanosecond.
///
/// The standard library's `ContinuousClock.Instant` is of a size that only the runtime knows: whatever holds one is read through it, and
/// each sum and comparison is a call by pointer.
@frozen
package struct Instant: InstantProtocol {
    /// Since an origin of the system's choice, most often its start.
    @usableFromInline let elapsed: Duration

    @usableFromInline init(elapsed: Duration) { self.elapsed = elapsed }

    package static var now: Instant {
        var time = timespec()
        // Cannot fail: the clock exists, and the pointer is good.
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(elapsed: Duration(attoseconds: Int128(Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)) * 1_000_000_000))
    }

    @inlinable
    package func advanced(by duration: Duration) -> Instant {
        Instant(elapsed: Duration(attoseconds: elapsed.attoseconds + duration.attoseconds))
    }

    @inlinable
    package func duration(to other: Instant) -> Duration { Duration(attoseconds: other.elapsed.attoseconds - elapsed.attoseconds) }

    @inlinable
    package static func < (left: Instant, right: Instant) -> Bool { left.elapsed.attoseconds < right.elapsed.attoseconds }

    @inlinable
    package static func == (left: Instant, right: Instant) -> Bool { left.elapsed.attoseconds == right.elapsed.attoseconds }

    @inlinable
    package func hash(into hasher: inout Hasher) { hasher.combine(elapsed.attoseconds) }

    // Not left to `InstantProtocol` and `Comparable`, whose forms are generic.
    @inlinable
    package static func + (instant: Instant, duration: Duration) -> Instant { instant.advanced(by: duration) }

    @inlinable
    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(elapsed: Duration(attoseconds: instant.elapsed.attoseconds - duration.attoseconds))
    }

    @inlinable
    package static func - (instant: Instant, earlier: Instant) -> Duration { earlier.duration(to: instant) }

    @inlinable
    package static func += (instant: inout Instant, duration: Duration) { instant = instant.advanced(by: duration) }

    @inlinable
    package static func > (left: Instant, right: Instant) -> Bool { right < left }

    @inlinable
    package static func <= (left: Instant, right: Instant) -> Bool { !(right < left) }

    @inlinable
    package static func >= (left: Instant, right: Instant) -> Bool { !(left < right) }
}
