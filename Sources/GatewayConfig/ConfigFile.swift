import Glibc

/// Reads files and the environment: the only place of the module that touches the system.
enum ConfigFile {
    /// The whole of a regular file, provided that nobody changes it meanwhile.
    static func read(_ path: String, bytesMax: Int) -> Result<[UInt8], ConfigFileError> {
        // O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever. It means nothing for regular files.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(lastError()) }
        defer { close(descriptor) }
        var before = stat()
        guard unsafe fstat(descriptor, &before) == 0 else { return .failure(lastError()) }
        guard before.st_mode & S_IFMT == S_IFREG else { return .failure(.notRegular) }
        guard before.st_size > 0 else { return .failure(.empty) }
        guard before.st_size <= bytesMax else { return .failure(.tooLarge(bytesMax: bytesMax)) }
        return readAll(descriptor, before: before)
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
        let isSame =
            after.st_size == before.st_size && count == before.st_size && after.st_mtim.tv_sec == before.st_mtim.tv_sec
            && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
        guard isSame else { return .failure(.changedWhileRead) }
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

extension ConfigEnvironment {
    /// The environment of this process and the files that it may read.
    package static let process = ConfigEnvironment(
        variable: { ConfigFile.variable($0) }, readFile: { ConfigFile.read($0, bytesMax: $1) })
}
