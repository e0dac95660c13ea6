import Foundation
import GatewayCore
import Glibc

/// A redis-server of the test's own on a Unix socket, and plain blocking connections to it. Ends with the test process at the latest.
@safe
final class LocalRedis: @unchecked Sendable {
    struct StartError: Error { let log: String }

    let folder: String
    private let shell: UnsafeMutablePointer<FILE>

    var socket: String { folder + "/redis.sock" }

    init() throws {
        folder = "/tmp/weir-quota-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The shell holds the server until its standard input ends: when the test says so, or is no more.
        let script = """
            PATH="$PATH:.build/tools"
            redis-server --port 0 --unixsocket \(folder)/redis.sock --dir \(folder) --save '' --appendonly no > \(folder)/log 2>&1 &
            cat > /dev/null; kill -9 $! 2>/dev/null; wait 2>/dev/null
            """
        // A server that held a socket of another test would keep its end from being seen.
        for case let descriptor? in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").map({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        guard let shell = unsafe popen(script, "we") else { throw StartError(log: "no shell") }
        unsafe self.shell = shell
        for _ in 0..<1000 {
            if (try? BlockingRedis(self).exchange("PING")) == .status("PONG") { return }
            usleep(10_000)
        }
        throw StartError(log: (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "it did not start")
    }

    deinit {
        unsafe pclose(shell)
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// One connection that waits for each reply. Scripts are sent whole.
final class BlockingRedis: RedisPort, @unchecked Sendable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// What the next commands do instead of reaching Redis; the last one is used on and on.
    var failure: RedisFailure?
    /// Whether a command that fails with `timedOut` is carried out all the same.
    var carriesOutWhatTimesOut = true

    init(_ server: LocalRedis) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: server.socket.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw LocalRedis.StartError(log: "cannot connect: \(errno)") }
    }

    deinit { close(descriptor) }

    var isAvailable: Bool { failure != .unavailable }

    func run(_ script: RedisScript, keys: [[UInt8]], arguments: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        try await send([Array("EVAL".utf8), Array(script.source.utf8), Array("\(keys.count)".utf8)] + keys + arguments)
    }

    func send(_ command: [[UInt8]]) async throws(RedisFailure) -> RedisReply {
        if let failure, failure != .timedOut || !carriesOutWhatTimesOut { throw failure }
        let reply = try exchange(command)
        if let failure { throw failure }
        return reply
    }

    /// Without the failure that the test asked for.
    func exchange(_ command: [[UInt8]]) throws(RedisFailure) -> RedisReply {
        var bytes = Array("*\(command.count)\r\n".utf8)
        for word in command { bytes += Array("$\(word.count)\r\n".utf8) + word + Array("\r\n".utf8) }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .connectionLost }
            sent += count
        }
        return try readReply()
    }

    func exchange(_ words: String...) throws(RedisFailure) -> RedisReply { try exchange(words.map { Array($0.utf8) }) }

    private func readReply() throws(RedisFailure) -> RedisReply {
        let line = try readLine()
        let text = String(decoding: line.dropFirst(), as: UTF8.self)
        switch line.first {
        case UInt8(ascii: "+"): return .status(text)
        case UInt8(ascii: ":"): return .integer(Int(text) ?? 0)
        case UInt8(ascii: "-"):
            print("redis: \(text)")
            throw .refused(code: String(text.prefix { $0 != " " }))
        case UInt8(ascii: "$"):
            guard let count = Int(text), count >= 0 else { return .null }
            let bytes = try read(count + 2)
            return .bytes(Array(bytes.dropLast(2)))
        default:
            var list: [RedisReply] = []
            for _ in 0..<(Int(text) ?? 0) { list.append(try readReply()) }
            return .list(list)
        }
    }

    private func readLine() throws(RedisFailure) -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = Array(buffer[..<(end - 1)])
                buffer.removeFirst(end + 1)
                return line
            }
            try fill()
        }
    }

    private func read(_ count: Int) throws(RedisFailure) -> [UInt8] {
        while buffer.count < count { try fill() }
        let bytes = Array(buffer.prefix(count))
        buffer.removeFirst(count)
        return bytes
    }

    private func fill() throws(RedisFailure) {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { throw .connectionLost }
        buffer += piece.prefix(count)
    }
}
