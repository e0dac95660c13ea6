import CurlClient
import EventLoop
import GatewayConfig
import GatewayCore
import GatewayFilters
import GatewayTelemetry
import HTTPWire
import MonotonicClock
import RedisClient
import Synchronization

/// One worker: a loop, its client for providers, and what its requests borrow. Belongs to the loop's thread.
final class Worker: WorkerServices, @unchecked Sendable {
    let number: Int
    let loop: EventLoop
    let metrics: MetricsShard
    let accessLog: AccessLog
    private let client: CurlClient
    private var view: LivePipeline.View
    private var outlets: [ObjectIdentifier: Outlet] = [:]
    /// The one asked for last, which is mostly the one asked for next.
    private var recentOutlet: Outlet?
    /// A reload gives none of them new room.
    private var openRequests: [Asked: OpenRequests] = [:]
    private var generator = FastRandom()
    private var running: [RequestRun] = []
    /// Those that are not counted and logged yet. The end of the process waits for them.
    let runningCount = Atomic<Int>(0)
    private var heart: LoopTimer?
    private let redisWatch: RedisWatch
    private var redisClient: RedisClient?

    init(
        number: Int, loop: EventLoop, live: LivePipeline, metrics: MetricsShard, accessLog: AccessLog, redisMonitor: RedisMonitor,
        pooledConnectionsMax: Int
    ) {
        self.number = number
        self.loop = loop
        self.metrics = metrics
        self.accessLog = accessLog
        client = CurlClient(on: loop, pooledConnectionsMax: pooledConnectionsMax)
        view = LivePipeline.View(live)
        redisWatch = RedisWatch(worker: number, monitor: redisMonitor, metrics: metrics)
    }

    /// Begins to work, before the first request.
    func start() {
        startBeating()
        followRedis()
    }

    /// The pipeline for a request that begins now.
    var pipeline: Pipeline {
        if view.refresh() { forgetRetired() }
        return view.pipeline
    }

    /// Takes the newest pipeline although no request asks for it, so that an idle worker does not keep an old one alive.
    func adopt() { _ = pipeline }

    private func forgetRetired() {
        outlets = [:]
        recentOutlet = nil
        openRequests = openRequests.filter { $0.value.count > 0 }
        client.keepPools(of: Set(view.pipeline.endpoints.map(Self.curlEndpoint)))
        followRedis()
    }

    /// Keeps the connection where the file says what it said, and else makes another.
    private func followRedis() {
        let settings = view.pipeline.configuration.redis.map { RedisSettings($0) }
        guard redisClient?.settings != settings else { return }
        redisClient?.retire()
        redisWatch.begin(settings)
        redisClient = settings.map { RedisClient($0, on: loop, observer: redisWatch) }
    }

    /// Says each second that the loop turns.
    private func startBeating() {
        let timer = heart ?? LoopTimer(on: loop) { [weak self] in self?.startBeating() }
        heart = timer
        metrics.beat()
        // One worker is enough: what it fetches is for all.
        if number == 0 { view.pipeline.refreshKeys(on: self) }
        timer.schedule(after: .seconds(1))
    }

    // MARK: - Requests under way

    func began(_ run: RequestRun) {
        run.place = running.count
        running.append(run)
        runningCount.add(1, ordering: .relaxed)
    }

    func ended(_ run: RequestRun) {
        runningCount.subtract(1, ordering: .releasing)
        let last = running.removeLast()
        guard last !== run else { return }
        running[run.place] = last
        last.place = run.place
    }

    /// Ends what is still running when the time to drain is over.
    func cancelAll(_ reason: GatewayError) {
        for run in running { run.cancel(reason) }
    }

    /// Repetitions that refresh the cache, at once. Beyond, old answers stay as they are for a while.
    private static let refreshesMax = 64
    private var refreshCount = 0

    func refresh(_ exchange: Exchange, done: @escaping (Bool) -> Void) -> Bool {
        guard refreshCount < Self.refreshesMax else { return false }
        refreshCount += 1
        let run = RefreshRun(worker: self, pipeline: pipeline, of: exchange)
        let carried = Carried { [self] in
            let succeeded = await run.perform()
            refreshCount -= 1
            done(succeeded)
        }
        loop.spawn { await carried.operation() }
        return true
    }

    // MARK: - WorkerServices

    var now: Instant { Instant.now }
    var redis: (any RedisPort)? { redisClient }
    var secondsSince1970: Int { Int(TimeOfDay.nowMilliseconds() / 1000) }

    func random(below bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &generator) }
    func randomBits() -> UInt64 { generator.next() }

    func spawn(_ operation: sending @escaping () async -> Void) {
        let carried = Carried(operation: operation)
        loop.spawn { await carried.operation() }
    }

    /// A closure that was sent to this worker and is run on it.
    private struct Carried: @unchecked Sendable { let operation: () async -> Void }

    func sleep(for duration: Duration, cancellation: Cancellation) async throws(GatewayError) {
        let signal = LoopSignal()
        let timer = LoopTimer(on: loop) { signal.signal() }
        timer.schedule(after: duration)
        let id = cancellation.onCancel { signal.signal() }
        await signal.wait()
        timer.cancel()
        cancellation.remove(id)
        if let error = cancellation.error { throw error }
    }

    func send(_ request: UpstreamRequest, cancellation: Cancellation) async throws(GatewayError) -> any UpstreamAnswer {
        if let error = cancellation.error { throw error }
        let outlet = outlet(request.endpoint)
        guard outlet.open.count < request.endpoint.limits.connections else {
            throw .overloaded(reason: "too many requests to \(request.endpoint.provider) are open.")
        }
        let context = FailureContext(provider: request.endpoint.provider, timeouts: request.timeouts)
        let transfer: CurlTransfer
        do { transfer = try client.send(Self.curlRequest(request), to: outlet.endpoint) } catch {
            throw context.meaning(of: error, cancellation)
        }
        let id = cancellation.onCancel { transfer.cancel() }
        let open = outlet.open
        open.count += 1
        do {
            let head = try await transfer.head()
            return UpstreamTransfer(head: head, transfer: transfer, context: context, cancellation: cancellation, cancellationID: id) {
                open.count -= 1
            }
        } catch {
            open.count -= 1
            cancellation.remove(id)
            throw context.meaning(of: error, cancellation)
        }
    }

    /// One provider as this worker reaches it.
    private final class Outlet {
        /// Kept, so that no other endpoint gets its identity.
        let source: UpstreamEndpoint
        let endpoint: CurlEndpoint
        let open: OpenRequests

        init(_ source: UpstreamEndpoint, _ open: OpenRequests) {
            self.source = source
            self.open = open
            endpoint = Worker.curlEndpoint(source)
        }
    }

    /// Who has a limit of open requests, whatever address he is reached at.
    private struct Asked: Hashable {
        let name: String
        let purpose: UpstreamEndpoint.Purpose
    }

    /// How many requests to one of them are under way.
    private final class OpenRequests {
        var count = 0
    }

    private func outlet(_ endpoint: UpstreamEndpoint) -> Outlet {
        if let recentOutlet, recentOutlet.source === endpoint { return recentOutlet }
        let outlet = outlets[ObjectIdentifier(endpoint)] ?? newOutlet(endpoint)
        recentOutlet = outlet
        return outlet
    }

    private func newOutlet(_ endpoint: UpstreamEndpoint) -> Outlet {
        let asked = Asked(name: endpoint.provider, purpose: endpoint.purpose)
        let open = openRequests[asked] ?? OpenRequests()
        openRequests[asked] = open
        let outlet = Outlet(endpoint, open)
        outlets[ObjectIdentifier(endpoint)] = outlet
        return outlet
    }

    private static func curlEndpoint(_ endpoint: UpstreamEndpoint) -> CurlEndpoint {
        CurlEndpoint(
            url: endpoint.url, http2: endpoint.http2, certificateAuthorities: endpoint.certificateAuthorities, proxy: endpoint.proxy,
            responseHeaderBytesMax: endpoint.limits.responseHeaderBytes)
    }

    private static func curlRequest(_ request: UpstreamRequest) -> CurlRequest {
        var result = CurlRequest(
            method: request.method, path: request.path, headers: request.headers,
            connectTimeout: request.timeouts.connect, firstByteTimeout: request.timeouts.firstByte, idleTimeout: request.timeouts.idle,
            totalTimeout: request.timeouts.totalLeft ?? request.timeouts.total)
        result.body = request.content
        result.isOnFreshConnection = request.isOnFreshConnection
        return result
    }
}
