import Dispatch
import EventLoop
import Foundation
import GatewayConfig
import Testing

@testable import GatewayServer

@Suite("A running gateway")
struct GatewayTests {
    private static func start() throws -> Gateway {
        let text = """
            version: 1
            workers: 2
            listen: { address: 127.0.0.1:0 }
            admin: { address: 127.0.0.1:0 }
            providers: { a: { dialect: openai, url: "http://127.0.0.1:1" } }
            routes: [{ name: all, authn: { anonymous: true }, upstream: { provider: a } }]
            """
        let loaded = try Configuration.read(Array(text.utf8), file: "gateway.yaml")
        let options = Gateway.Options(
            source: .builtIn, version: "1", build: [],
            limits: ProcessLimits(milliCPUs: nil, memoryBytes: nil, processors: 2, descriptors: 1024), processID: 1, startTicks: 1,
            logDescriptor: try FileHandle(forWritingTo: URL(filePath: "/dev/null")).fileDescriptor, demoURL: { "" })
        return try Gateway(options, loaded: loaded)
    }

    /// The status of `GET path`, asked by a client that blocks its own thread; nil without an answer.
    private static func status(of path: String, port: Int) async -> Int? {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "test.client").async { continuation.resume(returning: ask(path, port: port)) }
        }
    }

    private static func ask(_ path: String, port: Int) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var time = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let request = Array("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n".utf8)
        guard connected == 0, unsafe send(descriptor, request, request.count, 0) == request.count else { return nil }
        var answer = [UInt8](repeating: 0, count: 12)
        guard unsafe recv(descriptor, &answer, answer.count, Int32(MSG_WAITALL)) == answer.count else { return nil }
        return Int(String(decoding: answer.suffix(3), as: UTF8.self))
    }

    @Test func `tells its operator that it lives and is ready while every worker is busy`() async throws {
        let gateway = try Self.start()
        let (isBusy, mayGoOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        for worker in gateway.workers {
            worker.loop.execute {
                isBusy.signal()
                mayGoOn.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "test.waiting").async {
                for _ in gateway.workers { isBusy.wait() }
                continuation.resume()
            }
        }

        #expect(await Self.status(of: "/livez", port: gateway.adminPort) == 200)
        #expect(await Self.status(of: "/readyz", port: gateway.adminPort) == 200)
        #expect(await Self.status(of: "/metrics", port: gateway.adminPort) == 200)

        for _ in gateway.workers { mayGoOn.signal() }
        #expect(await Self.status(of: "/livez", port: gateway.port) == 200)
        await withCheckedContinuation { continuation in
            gateway.control.async { gateway.drain { continuation.resume() } }
        }
    }
}
