import Dispatch
package import EventLoop
import HTTPServer
import HTTPWire

/// A mock provider at work on a thread of its own: `weir serve`'s demo, the tests' provider, the benchmark's upstream.
///
/// Speaks the openai dialect (chat completions, completions, responses, embeddings, models; any other POST is said back) without
/// looking at keys, and misbehaves on request: see `Directives`. `GET /__mock/stats` tells what it has seen.
/// Sleeps in one `epoll_wait` when nobody asks.
package final class RunningMock: Sendable {
    package let port: Int
    private let listener: HTTPListener
    private let loop: EventLoop
    private let service: MockService

    /// - Parameters:
    ///   - port: 0 lets the kernel choose.
    ///   - defaults: what holds for every request.
    ///   - idleTimeout: after which it closes connections that ask nothing.
    /// - Throws: when the address cannot be listened on.
    package static func start(
        host: String = "127.0.0.1", port: Int = 0, defaults: Directives = Directives(), idleTimeout: Duration = .seconds(120)
    ) throws(SocketError) -> RunningMock {
        let listener = try HTTPListener(host: host, port: port)
        return RunningMock(listener, defaults, idleTimeout)
    }

    private init(_ listener: HTTPListener, _ defaults: Directives, _ idleTimeout: Duration) {
        self.listener = listener
        port = listener.port
        let loop = EventLoop()
        self.loop = loop
        let service = MockService(on: loop, defaults: defaults)
        service.connectionCount = { [unowned listener] in listener.connectionCount }
        self.service = service

        var limits = HTTPServerLimits()
        limits.wire = HTTPLimits(headerBytes: 256 << 10, bodyBytes: 64 << 20)
        limits.connections = 20_000
        limits.idleTimeout = idleTimeout
        listener.start(on: [(loop, service)], limits: limits, bodyBudget: BodyBudget(bytesMax: 1 << 30))
        // Connections refer to the listener and the service without owning them.
        DispatchQueue(label: "mock-provider").async { withExtendedLifetime((listener, service)) { loop.run() } }
    }

    /// Ends every connection and the thread. Requests under way are cut.
    package func stop() {
        listener.endAll()
        loop.execute { [loop] in loop.stop() }
    }
}
