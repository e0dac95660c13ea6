import EventLoop
import GatewayServer
import Glibc

/// What commands ask of the operating system. The one file of the command that calls C.
enum Host {
    static var processID: Int { Int(getpid()) }

    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    static func ignoreSignal(_ number: Int32) { _ = signal(number, SIG_IGN) }

    /// Lets signals wait, on this thread and on those that it starts, until somebody asks for them.
    static func holdSignals(_ numbers: [Int32]) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in numbers { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Gives the numbers 0 to 2 to `/dev/null` where the process was started without them: the next socket would get them, and with
    /// them what is written to the log.
    static func openMissingStandardFiles() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 { _ = unsafe open("/dev/null", O_RDWR) }
    }

    static func exitNow(_ code: Int32) -> Never { _exit(code) }

    /// - Parameter process: one process: no group, and not all.
    static func send(_ number: Int32, to process: Int) -> Bool {
        guard let process = pid_t(exactly: process), process > 0 else { return false }
        return kill(process, number) == 0
    }

    /// nil when there is no such process here, or it is another user's.
    static func process(_ id: Int) -> RunningProcess? {
        guard id > 0, let executable = linkTarget("/proc/\(id)/exe"), let stat = readSmallFile("/proc/\(id)/stat") else { return nil }
        return RunningProcess(executable: executable, stat: stat)
    }

    private static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink(path, start, bytes.count)
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    static func writeError(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }

    static func sleep(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }

    /// Raises the limit of descriptors on the way.
    static func limits() -> ProcessLimits {
        ProcessLimits(processors: Processors.available, descriptors: Descriptors.raiseLimit()) { path in readSmallFile(path) }
    }

    private static func readSmallFile(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    static var randomKey: String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let letters = (0..<43).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return "weir-" + String(decoding: letters, as: UTF8.self)
    }

    static func readLine() -> String? { Swift.readLine(strippingNewline: true) }
    static var isInputATerminal: Bool { isatty(0) == 1 }
}
