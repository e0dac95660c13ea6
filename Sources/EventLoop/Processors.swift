import CLinux

/// The process's memory.
package enum Memory {
    /// Gives pages that hold nothing any more back to the kernel: after a file was read and compiled, most of what that took is free but
    /// kept by the allocator. Takes milliseconds; never called on a loop.
    ///
    /// Pages of code go too: reading, checking and compiling a file runs more of it than serving ever does, and the kernel maps sixteen pages around
    /// each that is run. What serves comes back within its first requests.
    package static func giveBackUnused() {
        clinux_trim_memory()
        clinux_unmap_code()
    }
}

/// The numbers that open files and sockets have.
package enum Descriptors {
    /// Lets the process have as many as its hard limit allows: the soft one is often 1024, for the sake of programs that use select(2).
    ///
    /// - Returns: how many it may have open from now on.
    package static func raiseLimit() -> Int { Int(clinux_raise_descriptor_limit()) }
}

/// The machine as the process may use it.
package enum Processors {
    /// How many it may run on, at least 1. Follows CPU affinity, not a cgroup's quota.
    package static var available: Int { Int(clinux_processors()) }
}
