import CLinux

/// The machine as the process may use it.
package enum Processors {
    /// How many it may run on, at least 1. Follows CPU affinity, not a cgroup's quota.
    package static var available: Int { Int(clinux_processors()) }
}
