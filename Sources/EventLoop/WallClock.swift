import CLinux

/// The time of day, for what people and other machines read. Never for time-outs: it may jump.
package enum WallClock {
    /// Milliseconds since 1970.
    package static var unixMilliseconds: Int { Int(clinux_unix_milliseconds()) }
}
