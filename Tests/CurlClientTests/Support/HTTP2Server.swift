import CurlClient
import Foundation

/// `Tests/EndToEnd/http2_server.py` on a port of its own, run by Debian's Python, which has the package python3-h2. Ends with the test process at the latest.
@safe
final class HTTP2Server: @unchecked Sendable {
    let endpoint: CurlEndpoint
    private let folder: String
    private var shell: UnsafeMutablePointer<FILE>?

    struct StartError: Error { let log: String }

    init() throws {
        folder = "/tmp/weir-http2-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The shell holds the server until its standard input ends: when the test says so, or is no more.
        let script = """
            /usr/bin/python3 Tests/EndToEnd/http2_server.py \(folder) > \(folder)/log 2>&1 & cat > /dev/null; kill -9 $!; wait
            """
        // A server that held a socket of another test would keep its end from being seen.
        for case let descriptor? in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").map({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        guard let shell = unsafe popen(script, "we") else { throw StartError(log: "no shell") }
        unsafe self.shell = shell
        var port: String?
        for _ in 0..<1000 where port == nil {
            usleep(10_000)
            port = try? String(contentsOfFile: folder + "/port", encoding: .utf8)
        }
        guard let port, let authorities = FileManager.default.contents(atPath: folder + "/certificate.pem") else {
            throw StartError(log: (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "")
        }
        endpoint = CurlEndpoint(url: "https://localhost:\(port)", http2: true, certificateAuthorities: Array(authorities))
    }

    /// Of connections.
    var accepted: Int { count(0) }
    /// Of connections.
    var ended: Int { count(1) }

    private func count(_ place: Int) -> Int {
        let counts = (try? String(contentsOfFile: folder + "/counts", encoding: .utf8))?.split(separator: " ").compactMap { Int($0) }
        return counts.flatMap { $0.indices.contains(place) ? $0[place] : nil } ?? 0
    }

    func stop() {
        guard let shell = unsafe shell else { return }
        unsafe self.shell = nil
        unsafe pclose(shell)
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
