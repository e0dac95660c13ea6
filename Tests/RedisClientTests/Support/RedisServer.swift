import EventLoop
import Foundation

/// A redis-server of the test's own on a Unix socket (and a port, if wanted), in a folder of its own. Ends with the test process at the latest.
@safe
final class RedisServer: @unchecked Sendable {
    let folder: String
    var socket: String { folder + "/redis.sock" }
    /// 0: only the socket.
    let port: Int
    private let arguments: [String]
    private var shell: UnsafeMutablePointer<FILE>?

    /// - Parameter file: a configuration file's text.
    init(_ arguments: [String] = [], port: Int = 0, executable: String = "redis-server", file: String = "") throws {
        folder = try Self.makeFolder()
        self.port = port
        try file.write(toFile: folder + "/redis.conf", atomically: true, encoding: .utf8)
        let place = ["--port", String(port), "--unixsocket", folder + "/redis.sock", "--dir", folder]
        self.arguments = [executable, folder + "/redis.conf"] + place + arguments
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func makeFolder() throws -> String {
        let folder = "/tmp/weir-redis-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A port that nobody listens on at the moment.
    static func freePort() throws -> Int {
        let listener = try Socket.listen(host: "127.0.0.1", port: 0)
        defer { Socket.close(listener) }
        return Socket.localPort(of: listener)
    }

    /// Starts the server and returns once it listens.
    func start() throws {
        let persistence = ["--save", "''", "--appendonly", "no", "--enable-debug-command", "yes", "--bind", "127.0.0.1"]
        let command = (arguments + persistence).joined(separator: " ")
        // What an earlier run left would pass for a sign of life.
        for name in ["pid", "log", "redis.sock"] { try? FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        // The shell holds the server until its standard input ends: when the test says so, or is no more.
        let script = """
            PATH="$PATH:.build/tools"
            \(command) > \(folder)/log 2>&1 & echo $! > \(folder)/pid.new; mv \(folder)/pid.new \(folder)/pid
            cat > /dev/null; kill -9 $(cat \(folder)/pid) 2>/dev/null; wait 2>/dev/null
            """
        // A server that held a socket of another test would keep its end from being seen.
        for case let descriptor? in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").map({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        guard let shell = unsafe popen(script, "we") else { throw StartError(log: "no shell") }
        unsafe self.shell = shell
        var log = ""
        for _ in 0..<1000 {
            log = Self.output(of: "cat \(folder)/log")
            // The socket's file says nothing yet: a server binds before it listens. Capital R for a port, small for a socket; a sentinel ends with its name.
            if log.contains("eady to accept connections") || log.contains("Sentinel ID is") { return }
            usleep(10_000)
        }
        throw StartError(log: log)
    }

    struct StartError: Error { let log: String }

    private var processID: Int32 {
        let text = (try? String(contentsOfFile: folder + "/pid", encoding: .utf8)) ?? ""
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    /// A sentinel that watches one master. It writes its file anew: each has its own.
    static func sentinel(port: Int, master: String, at masterPort: Int, password: String) throws -> RedisServer {
        let text = """
            sentinel monitor \(master) 127.0.0.1 \(masterPort) 1
            sentinel auth-pass \(master) \(password)
            sentinel down-after-milliseconds \(master) 60000

            """
        return try RedisServer(port: port, executable: "redis-sentinel", file: text)
    }

    /// Cluster nodes talk to each other on a port 10,000 above their own.
    static func clusterPort() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<50_000)
            guard let listener = try? Socket.listen(host: "127.0.0.1", port: port) else { continue }
            Socket.close(listener)
            guard let bus = try? Socket.listen(host: "127.0.0.1", port: port + 10_000) else { continue }
            Socket.close(bus)
            return port
        }
        throw StartError(log: "no two ports")
    }

    /// A number of INFO.
    func number(_ name: String) -> Int {
        let line = command("INFO", "all").split(whereSeparator: \.isNewline).first { $0.hasPrefix(name + ":") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? -1
    }

    /// Whether something becomes true within ten seconds.
    func soon(_ condition: (RedisServer) -> Bool) async -> Bool {
        for _ in 0..<500 {
            if condition(self) { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    func send(_ signal: Int32) {
        let processID = processID
        precondition(processID > 0, "the server does not run")
        kill(processID, signal)
    }

    /// Kills it as a crash would.
    func crash() {
        send(SIGKILL)
        stop()
    }

    func stop() {
        if let shell = unsafe shell { unsafe pclose(shell) }
        unsafe shell = nil
    }

    /// Runs commands of the operator's.
    @discardableResult
    func command(_ words: String...) -> String { Self.output(of: (["redis-cli", "-s", socket] + words).joined(separator: " ")) }

    private static func output(of command: String) -> String {
        guard let pipe = unsafe popen(command + " 2>&1", "re") else { return "" }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&buffer, 1, buffer.count, pipe)
            guard count > 0 else { break }
            text += buffer.prefix(count)
        }
        unsafe pclose(pipe)
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
