package import Dispatch
import EventLoop
package import GatewayConfig
import GatewayCore
import GatewayFilters
package import GatewayTelemetry
import HTTPServer
import HTTPWire
import MonotonicClock
import Synchronization

/// A running gateway: its workers, its two listeners, and the ways to change or end it.
///
/// `reload` and `drain` are called on `control` alone.
package final class Gateway: @unchecked Sendable {
    package struct Options: Sendable {
        package var source: ConfigurationSource
        package var version: String
        package var build: [(name: String, value: String)]
        package var limits: ProcessLimits
        package var processID: Int
        /// When the process started, in clock ticks since the machine did: see `/status`.
        package var startTicks: Int
        /// Where the log lines go.
        package var logDescriptor: Int32
        /// Starts the built-in demo provider, once, and tells its URL.
        package var demoURL: @Sendable () throws -> String

        package init(
            source: ConfigurationSource, version: String, build: [(name: String, value: String)], limits: ProcessLimits, processID: Int,
            startTicks: Int, logDescriptor: Int32, demoURL: @escaping @Sendable () throws -> String
        ) {
            self.source = source
            self.version = version
            self.build = build
            self.limits = limits
            self.processID = processID
            self.startTicks = startTicks
            self.logDescriptor = logDescriptor
            self.demoURL = demoURL
        }
    }

    /// A reason not to start, in a sentence for the operator.
    package struct StartError: Error, CustomStringConvertible {
        package let description: String
    }

    package let control = DispatchQueue(label: "weir.control")
    package let log: OperationalLog
    private let logWriter: LogWriter
    private let settings: LogSettings
    private let health: Health
    private let metrics: MetricsRegistry
    private let reloader: Reloader
    private let live: LivePipeline
    let workers: [Worker]
    private let adminLoop = EventLoop()
    private let listener: HTTPListener
    private let admin: HTTPListener
    private let bodyBudget: BodyBudget
    private let descriptorShares: DescriptorShares
    private let shared: SharedState
    private var drainTime: Duration

    package var port: Int { listener.port }
    package var adminPort: Int { admin.port }

    /// Checks, compiles, binds and starts to serve.
    package init(_ options: Options, loaded: LoadedConfiguration) throws(StartError) {
        let configuration = loaded.configuration
        let count = configuration.workers ?? options.limits.workers
        logWriter = LogWriter(descriptor: options.logDescriptor, workers: count)
        settings = LogSettings(level: LogLevel(configuration.log.level), access: configuration.log.access)
        log = OperationalLog(writer: logWriter, settings: settings)
        metrics = MetricsRegistry(workers: count, build: options.build, log: logWriter)
        health = Health(version: options.version)
        shared = SharedState(
            configuration, report: { [log] news in log.tell(news) }, credentials: CredentialTable { [log] news in log.tell(news) })
        drainTime = configuration.drain
        let hash = Reloader.hash(loaded)
        do {
            live = LivePipeline(
                try Pipeline(
                    compiling: configuration, shared: shared, generation: 1, createdAt: WallClock.unixMilliseconds / 1000, demoURL: options.demoURL))
        } catch { throw StartError(description: loaded.references.hidden(in: "\(options.source.name): error: \(error)")) }
        let reloads = ReloadState()
        reloads.loaded(hash: hash, generation: 1, warnings: loaded.warnings.map(\.description), at: WallClock.unixMilliseconds)
        metrics.configurationLoaded(hash: hash, generation: 1)
        reloader = Reloader(
            source: options.source, loaded: loaded, hash: hash, shared: shared, live: live, state: reloads, metrics: metrics, log: log,
            demoURL: options.demoURL)
        listener = try Self.bind(configuration.listen.address, "listen.address", loaded.references)
        admin = try Self.bind(configuration.admin.address, "admin.address", loaded.references)
        bodyBudget = BodyBudget(bytesMax: configuration.listen.limits.bufferedBodiesBytesMax)
        let shares = DescriptorShares(of: options.limits.descriptors, workers: count)
        descriptorShares = shares
        let (live, metrics, logWriter, settings) = (live, metrics, logWriter, settings)
        let redisMonitor = RedisMonitor(workers: count, log: log)
        workers = (0..<count).map {
            Worker(
                number: $0, loop: EventLoop(), live: live, metrics: metrics.shard(worker: $0),
                accessLog: AccessLog(writer: logWriter, settings: settings, worker: $0), redisMonitor: redisMonitor,
                pooledConnectionsMax: shares.pooledPerWorker)
        }
        let shared = shared
        metrics.showCache {
            let cache = shared.cache
            let redis = live.pipeline.configuration.redis == nil ? nil : cache.redis
            return CacheFigures(memoryBytes: cache.store.byteCount, memoryEntries: cache.store.answerCount, redis: redis?.counts.all ?? [])
        }
        let status = StatusPage(
            version: options.version, processID: options.processID, startTicks: options.startTicks, startedAtMilliseconds: WallClock.unixMilliseconds,
            health: health,
            reloads: reloads, live: live, metrics: metrics, redis: redisMonitor, meters: shared.meters, listener: listener)
        start(configuration, status)
        announce(configuration, options, hash, loaded.warnings)
        control.async { Memory.giveBackUnused() }
    }

    private static func bind(_ address: ListenAddress, _ key: String, _ references: ReferencedTexts) throws(StartError) -> HTTPListener {
        do { return try HTTPListener(host: address.host, port: address.port) } catch {
            throw StartError(description: references.hidden(in: "\(key): cannot listen on \(address): \(Self.explain(error))"))
        }
    }

    private static func explain(_ error: SocketError) -> String {
        guard case .failed(let number) = error else { return "the socket cannot be opened" }
        return switch number {
        case 98: "another process listens there. Stop it, or choose another port."
        case 13: "this user may not. Ports below 1024 need a privilege; choose a higher one."
        case 99: "this machine has no such address."
        default: "errno \(number)."
        }
    }

    private func start(_ configuration: Configuration, _ status: StatusPage) {
        // One serial queue a loop: on a concurrent queue, blocks that never return starve each other (engine.md).
        for worker in workers {
            DispatchQueue(label: "weir.worker.\(worker.number)").async { worker.loop.run() }
            worker.loop.execute { worker.start() }
        }
        DispatchQueue(label: "weir.admin").async { [adminLoop] in adminLoop.run() }
        let purge = CachePurge(shared: shared, live: live, worker: workers[0], answeringOn: adminLoop, log: log)
        let adminService = AdminService(health: health, metrics: metrics, limits: LimitsPage(shared: shared), purge: purge) { status.render() }
        var adminLimits = HTTPServerLimits()
        adminLimits.connections = DescriptorShares.adminConnectionsMax
        adminLimits.replacesSilent = true
        admin.start(on: [(adminLoop, adminService)], limits: adminLimits, bodyBudget: BodyBudget(bytesMax: 1 << 20))
        listener.start(
            on: workers.map { ($0.loop, GatewayService(worker: $0, health: health)) }, limits: listenLimits(configuration), bodyBudget: bodyBudget)
        health.current = .serving
    }

    private func announce(_ configuration: Configuration, _ options: Options, _ hash: String, _ warnings: [Diagnostic]) {
        let (listen, admin) = (configuration.listen.address, configuration.admin.address)
        log.always(
            "weir is listening", ("version", .string(options.version)), ("address", .string(listen.text(port: port))),
            ("admin", .string(admin.text(port: adminPort))), ("config", .string(options.source.name)), ("hash", .string(hash)),
            ("workers", .int(workers.count)), ("cpu_limit_milli", .int(options.limits.milliCPUs ?? options.limits.processors * 1000)),
            ("memory_limit_bytes", .int(options.limits.memoryBytes ?? 0)), ("descriptors", .int(options.limits.descriptors)),
            ("pid", .int(options.processID)))
        warnOfDescriptors(configuration)
        for warning in warnings { log.warning("configuration warning", ("diagnostic", .string(warning.description))) }
    }

    private func listenLimits(_ configuration: Configuration) -> HTTPServerLimits {
        // A proxy is not always a reason; one too many does no harm.
        let multiHandles = configuration.providers.count { $0.http2 || $0.proxy != nil }
        return descriptorShares.bounding(HTTPServerLimits(configuration.listen.limits), multiHandles: multiHandles)
    }

    private func warnOfDescriptors(_ configuration: Configuration) {
        let (wanted, granted) = (configuration.listen.limits.connectionsMax, listenLimits(configuration).connections)
        guard granted < wanted else { return }
        log.warning(
            "fewer connections than listen.limits.connections: the process may not have enough descriptors", ("wanted", .int(wanted)),
            ("granted", .int(granted)))
    }

    // MARK: - On the control queue

    package func reload() {
        guard let configuration = reloader.reload() else { return }
        settings.level = LogLevel(configuration.log.level)
        settings.writesAccessLines = configuration.log.access
        drainTime = configuration.drain
        bodyBudget.bytesMax = configuration.listen.limits.bufferedBodiesBytesMax
        listener.update(listenLimits(configuration))
        warnOfDescriptors(configuration)
        // Idle workers let go of the old pipeline now, busy ones with their next request.
        for worker in workers { worker.loop.execute { worker.adopt() } }
        control.asyncAfter(deadline: .now() + .milliseconds(100)) { Memory.giveBackUnused() }
    }

    /// Stops accepting, lets open requests finish for as long as the file grants, ends the rest with an error event, and calls `done`.
    package func drain(_ done: @escaping @Sendable () -> Void) {
        guard health.current != .draining else { return }
        health.current = .draining
        log.info(
            "draining", ("requests", .int(metrics.inflight)), ("connections", .int(listener.connectionCount)), ("within_ms", .duration(drainTime)))
        for worker in workers { worker.metrics.stopTakingRequests() }
        listener.drain()
        let deadline = Instant.now.advanced(by: drainTime)
        awaitDrained(until: deadline, done)
    }

    private func awaitDrained(until deadline: Instant, _ done: @escaping @Sendable () -> Void) {
        // Never before the workers have taken what was waiting to be accepted.
        let isIdle = !listener.isAccepting && listener.connectionCount == 0 && shared.unsettledCount == 0
        // A request whose client has gone is counted and logged behind that.
        if isIdle, workers.allSatisfy({ $0.runningCount.load(ordering: .acquiring) == 0 }) { return finish(cut: 0, done) }
        guard Instant.now >= deadline else {
            control.asyncAfter(deadline: .now() + .milliseconds(20)) { self.awaitDrained(until: deadline, done) }
            return
        }
        let cut = metrics.inflight
        for worker in workers { worker.loop.execute { worker.cancelAll(.draining) } }
        listener.refuseUnfinished()
        // Time for the last events to leave.
        control.asyncAfter(deadline: .now() + .milliseconds(300)) { self.finish(cut: cut, done) }
    }

    private func finish(cut: Int, _ done: @escaping @Sendable () -> Void) {
        log.info("stopped", ("requests_cut", .int(cut)))
        listener.endAll()
        logWriter.flush(within: .seconds(1))
        done()
    }
}

extension LogLevel {
    init(_ level: LogConfig.Level) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

extension ListenAddress {
    func text(port: Int) -> String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension HTTPServerLimits {
    init(_ config: ListenLimitsConfig) {
        self.init()
        wire = HTTPLimits()
        wire.requestLineBytes = config.requestLineBytesMax
        wire.headerBytes = config.headerBytesMax
        wire.headerCount = config.headerCountMax
        wire.bodyBytes = config.bodyBytesMax
        connections = config.connectionsMax
        headerTimeout = config.headerTimeout
        bodyTimeout = config.bodyTimeout
        idleTimeout = config.idleTimeout
        writeTimeout = config.writeTimeout
        requestsPerConnection = config.requestsPerConnectionMax
    }
}
