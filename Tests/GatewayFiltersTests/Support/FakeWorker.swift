import GatewayCore
import HTTPWire
import MonotonicClock

/// A worker without sockets, whose clock moves only when a test (or a `sleep`) moves it.
///
/// By itself it serves tests that need no second task. What spawns or runs on several workers at once goes through
/// `FakeThread`, which keeps all that happens on one worker apart from the others as a real worker's thread does.
final class FakeWorker: WorkerServices {
    /// Answers one call of `send`. It is given the request and how many were sent before it.
    typealias Provider = (UpstreamRequest, Int) async throws(GatewayError) -> FakeAnswer

    var now: Instant
    var secondsSince1970 = 1_790_000_000
    /// What `send` does. By default every request is answered `200 {}`.
    var provider: Provider
    /// Given out by `random(below:)` in this order, modulo the bound; then 0 for ever.
    var randomNumbers: [Int] = []
    private(set) var sent: [UpstreamRequest] = []
    private(set) var sleeps: [Duration] = []
    /// nil: there is no Redis.
    var redis: (any RedisPort)?
    /// Requests to be repeated for the cache, and what is to be told of how that went.
    private(set) var refreshes: [(exchange: Exchange, done: (Bool) -> Void)] = []
    private let thread: FakeThread

    init(now: Instant = .now, thread: FakeThread = FakeThread(), provider: @escaping Provider = { _, _ in FakeAnswer() }) {
        self.now = now
        self.thread = thread
        self.provider = provider
    }

    func advance(by duration: Duration) { now += duration }

    func send(_ request: UpstreamRequest, cancellation: Cancellation) async throws(GatewayError) -> any UpstreamAnswer {
        if let error = cancellation.error { throw error }
        sent.append(request)
        let answer = try await provider(request, sent.count - 1)
        cancellation.onCancel { [unowned cancellation] in answer.fail(with: cancellation.error ?? .clientGone) }
        return answer
    }

    func sleep(for duration: Duration, cancellation: Cancellation) async throws(GatewayError) {
        // The renewal of a lease waits for its call to end, and moves no clock.
        if duration == .seconds(5) / 3 {
            await withCheckedContinuation { waiting in
                cancellation.onCancel { waiting.resume() }
            }
        }
        if let error = cancellation.error { throw error }
        sleeps.append(duration)
        now += duration
    }

    func spawn(_ operation: sending @escaping () async -> Void) {
        let handed = HandedOver(operation: operation)
        let thread = thread
        Task { await thread.run(handed.operation) }
    }

    /// A closure on its way to the worker's thread; nobody else calls it.
    private struct HandedOver: @unchecked Sendable {
        let operation: () async -> Void
    }

    func refresh(_ exchange: Exchange, done: @escaping (Bool) -> Void) -> Bool {
        let copy = exchange.detached()
        copy.isRefresh = true
        refreshes.append((copy, done))
        return true
    }

    /// They hold the worker that holds them.
    fileprivate func forgetRefreshes() { refreshes = [] }

    func random(below bound: Int) -> Int {
        randomNumbers.isEmpty ? 0 : randomNumbers.removeFirst() % bound
    }
}

/// Stands for a worker's thread: what runs on it never runs beside anything else that does.
actor FakeThread {
    private nonisolated let executor = ThreadExecutor.lend()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    deinit { ThreadExecutor.giveBack(executor) }
    func run(_ operation: () async -> Void) async {
        await withTaskExecutorPreference(executor) { await operation() }
    }

    /// Runs `body` here, with a worker that belongs here.
    func run<Result: Sendable, Failure: Error>(
        now: Instant = .now, _ body: @Sendable (FakeWorker) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let worker = FakeWorker(now: now, thread: self)
        defer { worker.forgetRefreshes() }
        return try await withTaskExecutorPreference(executor) { () async throws(Failure) in try await body(worker) }
    }
}

/// A provider's answer: a head, and body pieces given out one `next` at a time.
final class FakeAnswer: UpstreamAnswer {
    let head: UpstreamHead
    private var pieces: [[UInt8]]
    private var ending: GatewayError?
    private(set) var isCancelled = false

    /// - Parameter ending: thrown after the last piece; nil ends the body as it should be.
    init(
        status: Int = 200, headers: [HeaderField] = [HeaderField("content-type", "application/json")], body: String = "{}",
        ending: GatewayError? = nil
    ) {
        head = UpstreamHead(status: status, headers: headers)
        pieces = [Array(body.utf8)]
        self.ending = ending
    }

    /// A stream of server-sent events, one piece for each of `pieces`.
    init(stream pieces: [String], status: Int = 200, ending: GatewayError? = nil) {
        head = UpstreamHead(status: status, headers: [HeaderField("content-type", "text/event-stream; charset=utf-8")])
        self.pieces = pieces.map { Array($0.utf8) }
        self.ending = ending
    }

    func next() async throws(GatewayError) -> [UInt8]? {
        if !pieces.isEmpty { return pieces.removeFirst() }
        if let ending { throw ending }
        return nil
    }

    func cancel() { isCancelled = true }

    private(set) var contentDeadline: Instant?
    func awaitContent(until deadline: Instant?) { contentDeadline = deadline }

    fileprivate func fail(with error: GatewayError) {
        pieces = []
        ending = error
    }
}
