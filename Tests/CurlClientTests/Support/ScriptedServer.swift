import Dispatch
import Glibc
import Synchronization

/// A server that answers the requests of each connection as it is told, byte for byte.
@safe
final class ScriptedServer: @unchecked Sendable {
    /// What is done with one request: these bytes are sent, and then perhaps the connection is closed.
    struct Step: Sendable {
        var bytes: String
        /// How many bytes of the body are read first; nil reads it whole.
        var bodyBytesRead: Int?
        var closes = false
        /// Sent once `release` is called.
        var later: String?
    }

    let port: Int
    private let listener: Int32
    private let steps: [Step]
    private let counts = Mutex((accepted: 0, requests: 0, ended: 0))
    private let released = DispatchSemaphore(value: 0)
    private let sentLater = DispatchSemaphore(value: 0)

    /// - Parameter steps: for one request after another, over all connections; the last one for all that follow.
    init(_ steps: [Step]) {
        self.steps = steps
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, pointer, &size) == 0
            }
        }
        precondition(bound, "no listening socket")
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.start { [self] in accept() }
    }

    var accepted: Int { counts.withLock { $0.accepted } }
    var requests: Int { counts.withLock { $0.requests } }
    /// Connections that the client has closed.
    var ended: Int { counts.withLock { $0.ended } }

    /// Has what is to be sent later sent now, and waits until it has been.
    func release() {
        released.signal()
        sentLater.wait()
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else {
                close(listener)
                return
            }
            counts.withLock { $0.accepted += 1 }
            Thread.start { [self] in serve(client) }
        }
    }

    private func serve(_ client: Int32) {
        defer { close(client) }
        var input: [UInt8] = []
        while let end = readHead(client, &input) {
            let step = counts.withLock { counts in
                defer { counts.requests += 1 }
                return steps[min(counts.requests, steps.count - 1)]
            }
            let head = String(decoding: input[..<end], as: UTF8.self).lowercased()
            let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            input.removeFirst(end)
            while input.count < min(length, step.bodyBytesRead ?? length), read(client, &input) {}
            input.removeFirst(min(length, input.count))
            send(step.bytes, to: client)
            if step.closes { return }
            guard let later = step.later else { continue }
            released.wait()
            send(later, to: client)
            sentLater.signal()
        }
        counts.withLock { $0.ended += 1 }
    }

    private func readHead(_ client: Int32, _ input: inout [UInt8]) -> Int? {
        while true {
            if let end = input.indices.first(where: { input[$0...].starts(with: [13, 10, 13, 10]) }) { return end + 4 }
            // So long a head is the rest of a body that was answered early.
            if input.count > 16 << 10 { input.removeFirst(input.count - 3) }
            guard read(client, &input) else { return nil }
        }
    }

    private func read(_ client: Int32, _ input: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(client, $0.baseAddress, $0.count, 0) }
        if count > 0 { input += buffer[..<count] }
        return count > 0
    }

    private func send(_ text: String, to client: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}

private enum Thread {
    static func start(_ body: @escaping @Sendable () -> Void) { DispatchQueue(label: "scripted.server").async(execute: body) }
}
