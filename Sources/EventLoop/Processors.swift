import CLinux

/// The process's memory.
package enum Memory {
    /// Gives pages that hold nothing any more back to the kernel: after a file was read and compiled, most of what that took is free but
    /// kept by the allocator. Takes milliseconds; never called on a loop.
    package static func giveBackUnused() { clinux_trim_memory() }
}

/// The machine as the process may use it.
package enum Processors {
    /// How many it may run on, at least 1. Follows CPU affinity, not a cgroup's quota.
    package static var available: Int { Int(clinux_processors()) }
}
