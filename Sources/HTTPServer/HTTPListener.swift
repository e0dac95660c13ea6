package import EventLoop
import Synchronization

/// A listening socket served by several workers.
///
/// Whichever worker wakes accepts, and hands the connection to the worker that has fewest, so none starves while another is full:
/// one message between threads for a connection, none for a request.
package final class HTTPListener: @unchecked Sendable {
    /// Connections that the kernel holds for us until we accept them.
    static let backlog = 4096

    let descriptor: Int32
    package let port: Int
    private var endpoints: [HTTPEndpoint] = []
    private let accepting = Atomic<Int>(0)
    /// Connections of all workers.
    private let open = Atomic<Int>(0)
    private let isOpen = Atomic<Bool>(true)

    /// Binds the address. Nothing is accepted before `start`.
    package init(host: String, port: Int) throws(SocketError) {
        descriptor = try Socket.listen(host: host, port: port, backlog: Self.backlog)
        self.port = Socket.localPort(of: descriptor)
    }

    deinit { closeSocket() }

    private func closeSocket() {
        if isOpen.exchange(false, ordering: .relaxed) { Socket.close(descriptor) }
    }

    /// The last worker to stop closes the socket, so that whoever connects now is refused and not left waiting.
    func stoppedAccepting() {
        if accepting.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { closeSocket() }
    }

    /// Grants new limits to requests that begin from now on.
    package func update(_ limits: HTTPServerLimits) {
        for endpoint in endpoints { endpoint.loop.execute { endpoint.update(limits) } }
    }

    /// Accepts on all `workers`, each with its own service. Called once.
    package func start(on workers: [(loop: EventLoop, service: any HTTPService)], limits: HTTPServerLimits, bodyBudget: BodyBudget) {
        endpoints = workers.map {
            HTTPEndpoint(loop: $0.loop, service: $0.service, limits: limits, bodyBudget: bodyBudget, listener: self)
        }
        accepting.store(endpoints.count, ordering: .releasing)
        for endpoint in endpoints { endpoint.loop.execute { endpoint.startAccepting() } }
    }

    /// False once every worker has taken what waited when draining began.
    package var isAccepting: Bool { accepting.load(ordering: .acquiring) > 0 }

    package var connectionCount: Int { open.load(ordering: .relaxed) }

    package var connectionCounts: [Int] { endpoints.map { $0.connectionCount.load(ordering: .relaxed) } }

    /// Counts one connection more, unless there are `countMax`, however many workers accept at this moment.
    func opened(atMost countMax: Int) -> Bool {
        var count = connectionCount
        while count < countMax {
            let (exchanged, original) = open.weakCompareExchange(expected: count, desired: count + 1, ordering: .relaxed)
            if exchanged { return true }
            count = original
        }
        return false
    }

    func closed() { open.subtract(1, ordering: .relaxed) }

    func leastLoaded(preferring own: HTTPEndpoint) -> HTTPEndpoint {
        var best = own
        for endpoint in endpoints
        where endpoint.connectionCount.load(ordering: .relaxed) < best.connectionCount.load(ordering: .relaxed) { best = endpoint }
        return best
    }

    /// Takes no new connections, closes idle ones soon, and the others after their current answer.
    package func drain() {
        for endpoint in endpoints { endpoint.loop.execute { endpoint.drain() } }
    }

    /// Answers 503 to requests that have not come whole.
    package func refuseUnfinished() {
        for endpoint in endpoints { endpoint.loop.execute { endpoint.refuseUnfinished() } }
    }

    /// Ends every connection that is left.
    package func endAll() {
        for endpoint in endpoints { endpoint.loop.execute { endpoint.endAll() } }
    }
}
