import Glibc

/// A listening socket that nobody accepts from: its queue is full, or has one place, so that one client can connect and send.
@safe
final class FullListener {
    let port: Int
    private let listener: Int32
    private var clients: [Int32] = []

    init(takes: Bool = false) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, size) == 0 && listen(listener, takes ? 8 : 0) == 0 && getsockname(listener, pointer, &size) == 0
            }
        }
        precondition(bound, "no listening socket")
        port = Int(UInt16(bigEndian: address.sin_port))
        guard !takes else { return }
        for _ in 0..<4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            _ = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(client, $0, size) }
            }
            clients.append(client)
        }
    }

    deinit {
        for descriptor in clients + [listener] { close(descriptor) }
    }
}
