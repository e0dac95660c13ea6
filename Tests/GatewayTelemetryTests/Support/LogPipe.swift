import Glibc

/// A pipe whose reading end the test reads, or leaves unread. The only `unsafe` code of these tests.
final class LogPipe {
    let writing: Int32
    private let reading: Int32

    init(isBlocking: Bool = true) {
        var ends: [Int32] = [-1, -1]
        precondition(unsafe pipe(&ends) == 0, "no pipe to be had")
        reading = ends[0]
        writing = ends[1]
        if !isBlocking { precondition(fcntl(writing, F_SETFL, O_NONBLOCK) == 0, "fcntl") }
    }

    deinit {
        closeReading()
        close(writing)
    }

    private var isReadingClosed = false

    func closeReading() {
        if !isReadingClosed { close(reading) }
        isReadingClosed = true
    }

    /// How many bytes the kernel keeps for a reader that does not read: 4 KiB are the least it gives.
    func shrink() { _ = fcntl(writing, 1031 /* F_SETPIPE_SZ */, 4_096) }

    /// Waits for bytes and returns what there is, `max` at most.
    func read(max: Int = 64 << 10) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(reading, $0.baseAddress, $0.count) }
        bytes.removeSubrange(Swift.max(0, count)...)
        return bytes
    }

    /// Waits for that many line feeds.
    func readLines(_ count: Int) -> [String] {
        var bytes: [UInt8] = []
        var found = 0
        while found < count {
            let more = read()
            guard !more.isEmpty else { break }
            found += more.count { $0 == UInt8(ascii: "\n") }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
