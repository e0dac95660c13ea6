import Glibc

/// A client on a blocking socket that sends any bytes and sees any bytes. Every wait ends after half a minute, which is for slow machines and sanitizers.
@safe
final class TestClient {
    enum End: Equatable { case closed, reset, stillOpen }

    private var descriptor: Int32
    private var received: [UInt8] = []
    private(set) var end = End.stillOpen

    /// - Parameter receiveBuffer: bytes of the socket's receive buffer; small ones make a slow reader.
    init(port: Int, receiveBuffer: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        precondition(descriptor >= 0, "no socket")
        if var bytes = receiveBuffer { unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4) }
        var yes: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
        limitWaiting(milliseconds: 30_000)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        precondition(result == 0, "cannot connect")
    }

    deinit { close() }

    private func limitWaiting(milliseconds: Int) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Sends FIN and goes on listening.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Goes away with RST.
    func reset() {
        var none = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    // MARK: - Bytes

    func send(_ text: String) { send(Array(text.utf8)) }

    /// - Returns: false when the server no longer takes anything.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads once.
    ///
    /// - Returns: false at the end, or when nothing came in time.
    private func readMore() -> Bool {
        guard end == .stillOpen else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            received += buffer[..<count]
            return true
        }
        if count == 0 { end = .closed } else if errno == ECONNRESET { end = .reset }
        return false
    }

    /// Whether anything, be it the end, comes within so many milliseconds.
    func hears(within milliseconds: Int) -> Bool {
        limitWaiting(milliseconds: milliseconds)
        defer { limitWaiting(milliseconds: 30_000) }
        return readMore() || end != .stillOpen
    }

    /// Everything until the server ends the connection.
    func readToEnd() -> (text: String, end: End) {
        while readMore() {}
        defer { received = [] }
        return (String(decoding: received, as: UTF8.self), end)
    }

    /// At least `count` bytes, and what came with them.
    func read(atLeast count: Int) -> [UInt8] {
        while received.count < count, readMore() {}
        defer { received = [] }
        return received
    }

    // MARK: - Answers

    struct Answer: Equatable {
        var status: Int
        var head: String
        var body: String
    }

    /// The next whole answer; nil when none comes.
    ///
    /// - Parameter hasBody: false for the answer to HEAD.
    func answer(hasBody: Bool = true) -> Answer? {
        while true {
            if let (answer, end) = parse(hasBody) {
                received.removeFirst(end)
                return answer
            }
            guard readMore() else { return nil }
        }
    }

    private func parse(_ hasBody: Bool) -> (Answer, Int)? {
        guard let headEnd = find("\r\n\r\n", from: 0) else { return nil }
        let head = String(decoding: received[..<headEnd], as: UTF8.self)
        let status = Int(head.dropFirst(9).prefix(3)) ?? 0
        let fields = head.split(separator: "\r\n").dropFirst().map { $0.lowercased() }
        var position = headEnd + 4
        var body: [UInt8] = []
        if !hasBody || status < 200 || status == 204 || status == 304 {
            // The head is all.
        } else if let length = fields.first(where: { $0.hasPrefix("content-length: ") }).flatMap({ Int($0.dropFirst(16)) }) {
            guard received.count >= position + length else { return nil }
            body = Array(received[position..<(position + length)])
            position += length
        } else if fields.contains("transfer-encoding: chunked") {
            guard let end = takeChunks(&body, from: position) else { return nil }
            position = end
        } else {
            guard end != .stillOpen || !readMore() else { return nil }
            body = Array(received[position...])
            position = received.count
        }
        return (Answer(status: status, head: head, body: String(decoding: body, as: UTF8.self)), position)
    }

    private func takeChunks(_ body: inout [UInt8], from start: Int) -> Int? {
        var position = start
        while let lineEnd = find("\r\n", from: position) {
            guard let size = Int(String(decoding: received[position..<lineEnd], as: UTF8.self), radix: 16) else { return nil }
            guard received.count >= lineEnd + 2 + size + 2 else { return nil }
            body += received[(lineEnd + 2)..<(lineEnd + 2 + size)]
            position = lineEnd + 2 + size + 2
            if size == 0 { return position }
        }
        return nil
    }

    private func find(_ text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        guard received.count >= start + wanted.count else { return nil }
        for index in start...(received.count - wanted.count) where received[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
        return nil
    }
}

/// Seconds of CPU the calling thread has used, in user code and in the kernel.
func threadProcessorSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Lets this process open as many sockets as it is allowed to: many a shell begins with 1,024. Done once.
let mayOpenManySockets: Void = {
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    unsafe getrlimit(files, &limit)
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(files, &limit)
}()

func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }

/// What a number comes to: its value once it has not changed for 300 ms; nil when it changes for 30 seconds.
func steady(_ number: () -> Int) -> Int? {
    for _ in 0..<100 {
        let before = number()
        sleep(milliseconds: 300)
        if number() == before { return before }
    }
    return nil
}
