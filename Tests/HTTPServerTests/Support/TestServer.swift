import Dispatch
import EventLoop
import HTTPServer
import HTTPWire
import Synchronization

/// A listener on some loops, each on a thread of its own, whose service does what the test says.
final class TestServer: Sendable {
    typealias Serve = @Sendable (HTTPRequest, HTTPResponder, EventLoop) -> Void

    let listener: HTTPListener
    let bodyBudget: BodyBudget
    let seen = Seen()
    let loops: [EventLoop]
    private let threads: [DispatchSemaphore]

    /// What the services of all loops have seen.
    final class Seen: Sendable {
        let requests = Atomic<Int>(0)
        let gone = Atomic<Int>(0)
        let refusals = Mutex<[ConnectionRefusal]>([])
        /// The paths of refused requests; nil for one whose head did not come whole.
        let heads = Mutex<[String?]>([])

        /// Waits up to five seconds for so many clients to be gone.
        func waitForGone(_ count: Int) -> Bool {
            for _ in 0..<1000 where gone.load(ordering: .relaxed) < count { sleep(milliseconds: 5) }
            return gone.load(ordering: .relaxed) == count
        }
    }

    init(
        loops count: Int = 1, limits: HTTPServerLimits = HTTPServerLimits(), bodyBudgetBytes: Int = 1 << 30, serve: @escaping Serve = TestServer.echo
    ) throws {
        mayOpenManySockets
        listener = try HTTPListener(host: "127.0.0.1", port: 0)
        bodyBudget = BodyBudget(bytesMax: bodyBudgetBytes)
        let loops = (0..<count).map { _ in EventLoop() }
        let services = loops.map { [seen] in TestService(on: $0, seen, serve) }
        self.loops = loops
        listener.start(on: zip(loops, services).map { ($0, $1) }, limits: limits, bodyBudget: bodyBudget)
        threads = loops.map { [listener] loop in
            let ended = DispatchSemaphore(value: 0)
            DispatchQueue(label: "test.worker").async {
                withExtendedLifetime((services, listener)) { loop.run() }
                ended.signal()
            }
            return ended
        }
    }

    var port: Int { listener.port }

    func client(receiveBuffer: Int32? = nil) -> TestClient { TestClient(port: port, receiveBuffer: receiveBuffer) }

    /// Runs `body` on the first loop's thread and waits for it.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        run(on: loops[0], body)
    }

    func onEachLoop<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> [Value] {
        loops.map { run(on: $0, body) }
    }

    private func run<Value: Sendable>(on loop: EventLoop, _ body: @escaping @Sendable () -> Value) -> Value {
        let result = Mutex<Value?>(nil)
        let done = DispatchSemaphore(value: 0)
        loop.execute {
            result.withLock { $0 = body() }
            done.signal()
        }
        done.wait()
        return result.withLock { $0! }
    }

    func stop() {
        listener.endAll()
        for (loop, thread) in zip(loops, threads) {
            loop.execute { loop.stop() }
            thread.wait()
        }
    }

    /// Says the request back: method, target, body.
    static let echo: Serve = { request, responder, _ in
        let text = "\(request.head.method) \(request.head.target) "
        responder.send(status: 200, fields: [("content-type", "text/plain")], body: Array(text.utf8) + request.body)
    }
}

/// Belongs to its loop's thread.
private final class TestService: HTTPService, @unchecked Sendable {
    private let loop: EventLoop
    private let seen: TestServer.Seen
    private let handler: TestServer.Serve

    init(on loop: EventLoop, _ seen: TestServer.Seen, _ handler: @escaping TestServer.Serve) {
        self.loop = loop
        self.seen = seen
        self.handler = handler
    }

    func serve(_ request: HTTPRequest, _ responder: HTTPResponder) {
        seen.requests.add(1, ordering: .relaxed)
        responder.onClientGone { [seen] in seen.gone.add(1, ordering: .relaxed) }
        handler(request, responder, loop)
    }

    func refuse(_ refusal: HTTPRefusal, _ responder: HTTPResponder) {
        seen.heads.withLock { $0.append(refusal.head?.path) }
        responder.send(status: refusal.status, fields: [("content-type", "text/plain")], body: Array(refusal.sentence.utf8))
    }

    func connectionRefused(_ reason: ConnectionRefusal) -> (fields: [(String, String)], body: [UInt8]) {
        seen.refusals.withLock { $0.append(reason) }
        return ([("content-type", "text/plain")], Array("Too many connections.".utf8))
    }

    func connectionAccepted() {}
    func connectionClosed() {}
}

/// Holds the responders of requests until the test lets them go.
final class Held: @unchecked Sendable {
    private let responders = Mutex<[HTTPResponder]>([])

    var serve: TestServer.Serve {
        { [self] _, responder, _ in responders.withLock { $0.append(responder) } }
    }

    /// Waits up to five seconds for so many requests.
    func waitFor(_ count: Int) -> Bool {
        for _ in 0..<1000 where responders.withLock({ $0.count }) < count { sleep(milliseconds: 5) }
        return responders.withLock { $0.count } == count
    }

    /// The responder of a request. To be used on its loop.
    subscript(index: Int) -> HTTPResponder { responders.withLock { $0[index] } }
}

/// Runs a test that blocks on sockets apart from the few threads that all tests share.
func onItsOwnThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        DispatchQueue(label: "test.blocking").async { continuation.resume(with: Result(catching: body)) }
    }
}
