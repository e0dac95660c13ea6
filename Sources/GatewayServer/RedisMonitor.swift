import EventLoop
import GatewayTelemetry
import RedisClient
import Synchronization

/// How Redis does for the process as a whole: as badly as for the worker that has it worst. Shared by all workers.
///
/// Writes one log line for each change of the whole, however many workers see it and however often they try.
final class RedisMonitor: Sendable {
    struct Whole: Sendable {
        /// Where the file says that Redis is. No secret.
        var server = ""
        var state = RedisState.connecting
        var sinceMilliseconds = 0
        var workers: [RedisState]
        /// The state that was logged last.
        fileprivate var told = ""

        fileprivate mutating func judge() {
            let worst = workers.max { $0.severity < $1.severity } ?? .connecting
            if worst.name != state.name || sinceMilliseconds == 0 { sinceMilliseconds = WallClock.unixMilliseconds }
            state = worst
        }
    }

    private let whole: Mutex<Whole>
    private let isConfigured = Atomic(false)
    private let log: OperationalLog

    init(workers: Int, log: OperationalLog) {
        whole = Mutex(Whole(workers: Array(repeating: .connecting, count: workers)))
        self.log = log
    }

    /// nil: the file names no Redis.
    var snapshot: Whole? { isConfigured.load(ordering: .acquiring) ? whole.withLock { $0 } : nil }

    /// A worker begins anew, with these settings or with none.
    func began(worker: Int, _ settings: RedisSettings?) {
        whole.withLock { whole in
            whole.server = settings.map(\.serverName) ?? ""
            whole.workers[worker] = .connecting
            if settings == nil { whole.told = "" }
            whole.judge()
        }
        isConfigured.store(settings != nil, ordering: .releasing)
    }

    func changed(worker: Int, to state: RedisState) {
        let news: RedisState? = whole.withLock { whole in
            whole.workers[worker] = state
            whole.judge()
            guard whole.state != .connecting, whole.state.name != whole.told else { return nil }
            whole.told = whole.state.name
            return whole.state
        }
        if let news { tell(news) }
    }

    private func tell(_ state: RedisState) {
        if state == .up { return log.info("redis is up") }
        log.warning("redis is not at the gateway's disposal", ("state", .string(state.name)), ("reason", .string(state.reason ?? "")))
    }
}

extension RedisSettings {
    /// For logs and `/status`: addresses, and what they are.
    fileprivate var serverName: String {
        switch source {
        case .server(let address): address.description
        case .cluster(let seed): "cluster at \(seed)"
        case .sentinels(let addresses, let master, _, _): "\(master) of the sentinels \(addresses.map(\.description).joined(separator: ", "))"
        }
    }
}

extension RedisState {
    var name: String {
        switch self {
        case .connecting: "connecting"
        case .up: "up"
        case .refusing: "refusing"
        case .slow: "slow"
        case .down(let trouble): trouble.needsOperator ? "refused" : "down"
        }
    }

    /// For the operator; nil when there is nothing to say.
    var reason: String? {
        switch self {
        case .connecting, .up: nil
        case .refusing(let code): "it answers commands with \(code)"
        case .slow: "it answers later than redis.deadline; commands are kept back until a probe is answered in time"
        case .down(let trouble): trouble.description
        }
    }

    fileprivate var severity: Int {
        switch self {
        case .up: 0
        case .connecting: 1
        case .refusing: 2
        case .slow: 3
        case .down(let trouble): trouble.needsOperator ? 5 : 4
        }
    }
}
