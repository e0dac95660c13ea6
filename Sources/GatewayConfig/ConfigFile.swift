import Glibc
import MonotonicClock

/// Reads files and the environment: the only place of the module that touches the system.
enum ConfigFile {
    /// The whole of a regular file. One that was written a moment ago is read when it has stood still, which takes 100 ms, and at most a second.
    static func read(_ path: String, bytesMax: Int) -> Result<[UInt8], ConfigFileError> {
        var watch = WriteWatch(now: .now)
        while true {
            let (result, stamp) = readOnce(path, bytesMax: bytesMax)
            guard stamp != nil || result == .failure(.changedWhileRead) else { return result }
            switch watch.judge(stamp, timeOfDay: timeOfDay, now: .now) {
            case .settled: return result
            case .wait: usleep(10_000)
            case .givenUp: return .failure(.changedWhileRead)
            }
        }
    }

    /// - Returns: also which state of the file was read; nil when there is no regular file, or it changed meanwhile.
    private static func readOnce(_ path: String, bytesMax: Int) -> (Result<[UInt8], ConfigFileError>, WriteWatch.Stamp?) {
        // O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever. It means nothing for regular files.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return (.failure(lastError()), nil) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return (.failure(lastError()), nil) }
        guard status.st_mode & S_IFMT == S_IFREG else { return (.failure(.notRegular), nil) }
        guard status.st_size > 0 else { return (.failure(.empty), WriteWatch.Stamp(status)) }
        guard status.st_size <= bytesMax else { return (.failure(.tooLarge(bytesMax: bytesMax)), WriteWatch.Stamp(status)) }
        let result = readAll(descriptor, before: status)
        return (result, result == .failure(.changedWhileRead) ? nil : WriteWatch.Stamp(status))
    }

    /// Since 1970.
    fileprivate static var timeOfDay: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Duration(time)
    }

    private static func readAll(_ descriptor: Int32, before: stat) -> Result<[UInt8], ConfigFileError> {
        var bytes = [UInt8](repeating: 0, count: before.st_size + 1)  // one more, to see that nothing follows
        var count = 0
        while count < bytes.count {
            let taken = unsafe bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return 0 }
                return unsafe Glibc.read(descriptor, start + count, buffer.count - count)
            }
            if taken < 0 {
                if errno == EINTR { continue }
                return .failure(lastError())
            }
            if taken == 0 { break }
            count += taken
        }
        var after = stat()
        guard unsafe fstat(descriptor, &after) == 0 else { return .failure(lastError()) }
        guard count == before.st_size, WriteWatch.Stamp(after) == WriteWatch.Stamp(before) else { return .failure(.changedWhileRead) }
        bytes.removeLast()
        return .success(bytes)
    }

    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    private static func lastError() -> ConfigFileError {
        guard let words = unsafe strerror(errno) else { return .unreadable(reason: "error \(errno)") }
        return unsafe .unreadable(reason: String(cString: words))
    }
}

extension Duration {
    fileprivate init(_ time: timespec) { self = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec) }
}

extension WriteWatch.Stamp {
    fileprivate init(_ status: stat) {
        self.init(inode: UInt64(status.st_ino), bytes: Int(status.st_size), modified: Duration(status.st_mtim))
    }
}

extension ConfigEnvironment {
    /// The environment of this process and the files that it may read.
    package static let process = ConfigEnvironment(
        variable: { ConfigFile.variable($0) }, readFile: { ConfigFile.read($0, bytesMax: $1) },
        now: { Int(ConfigFile.timeOfDay.components.seconds) })
}
