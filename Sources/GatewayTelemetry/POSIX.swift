import Glibc

/// The system calls of this module, and its only `unsafe` code. Pointers live for one call each and never leave this file.
enum POSIX {
    /// What one `write(2)` came to.
    enum WriteOutcome: Equatable {
        case wrote(Int)
        /// A non-blocking descriptor that takes nothing now.
        case wouldBlock
        /// Nobody reads any more, or the descriptor is no good.
        case failed(errno: Int32)
    }

    /// Writes as many of `bytes` from `start` on as the descriptor takes; goes on after a signal.
    static func write(_ bytes: [UInt8], from start: Int, to descriptor: Int32) -> WriteOutcome {
        while true {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 { return .wrote(count) }
            let problem = errno
            if problem == EINTR { continue }
            return problem == EAGAIN || problem == EWOULDBLOCK ? .wouldBlock : .failed(errno: problem)
        }
    }

    /// Waits until the descriptor takes bytes again, `milliseconds` at most.
    static func waitUntilWritable(_ descriptor: Int32, milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }

    /// Makes a write to a closed pipe an error instead of the end of the process.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Milliseconds since 1970, UTC.
    static func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The first 256 KiB of a file below `/proc`; nil when it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return unsafe read(descriptor, rest.baseAddress, rest.count)
            }
            guard count > 0 else { break }
            filled += count
        }
        bytes.removeSubrange(filled...)
        return bytes
    }

    /// How many names a folder holds, `.` and `..` left out; nil when it cannot be read.
    static func entryCount(of folder: String) -> Int? {
        guard let stream = unsafe opendir(folder) else { return nil }
        // readdir(3): the entry belongs to the stream, which closedir frees; only the name's first bytes are looked at.
        defer { _ = unsafe closedir(stream) }
        var count = 0
        while let entry = unsafe readdir(stream) {
            let dot = CChar(UInt8(ascii: "."))
            let name = unsafe entry.pointee.d_name
            let isSelfOrParent = name.0 == dot && (name.1 == 0 || (name.1 == dot && name.2 == 0))
            if !isSelfOrParent { count += 1 }
        }
        return count
    }

    /// The most descriptors the process may open; nil when the kernel does not say or sets no limit.
    static func descriptorLimit() -> UInt64? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur != UInt64.max else { return nil }
        return UInt64(limit.rlim_cur)
    }

    static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }
    static var clockTicksPerSecond: Int { sysconf(Int32(_SC_CLK_TCK)) }
}
