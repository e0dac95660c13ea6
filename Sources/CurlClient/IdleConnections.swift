import EventLoop
import HTTPWire
import MonotonicClock

/// Open connections to one server that wait for the next request, whatever endpoint it is for. Belongs to one client.
final class IdleConnections: TurnEndHandler {
    /// What connections have to have in common to serve one another's requests.
    struct Server: Hashable {
        /// Scheme and authority of whoever answers.
        let origin: String
        let proxy: String?
        /// Whether that is who answers.
        let isForwarding: Bool
        let certificateAuthorities: [UInt8]?

        func hash(into hasher: inout Hasher) { hasher.combine(origin) }
    }

    /// Providers close idle connections after a minute or a few; libcurl by itself keeps them as long (CURLOPT_MAXAGE_CONN).
    static let idleTimeMax = Duration.seconds(118)

    let server: Server
    /// For the heads of the next requests.
    var spareBuffers = SpareBuffers(bytesMax: 64 << 10)
    private let budget: IdleBudget
    private let loop: EventLoop
    /// The one that idles longest first.
    private var idle: [ClientConnection] = []
    private var isClosed = false
    /// Those that wait for a name, the first first: a connection that comes free does as well.
    private var awaiting: [CurlConnector] = []

    init(_ server: Server, budget: IdleBudget, loop: EventLoop) {
        self.server = server
        self.budget = budget
        self.loop = loop
    }

    /// The connection that was used last, if one is open and silent.
    func take() -> ClientConnection? {
        while let connection = idle.popLast() {
            budget.count -= 1
            if connection.isUsable(since: loop.turnTime - Self.idleTimeMax) { return connection }
            connection.close()
        }
        return nil
    }

    /// Keeps a connection for the next request, which may wait for it already.
    ///
    /// - Returns: false when there is no room.
    func keep(_ connection: ClientConnection) -> Bool {
        guard !isClosed, budget.count < budget.countMax || !awaiting.isEmpty else { return false }
        budget.count += 1
        idle.append(connection)
        // Not now: whoever keeps it is still at work on it.
        if !awaiting.isEmpty { loop.atEndOfTurn(tell: self) }
        return true
    }

    func await(_ connector: CurlConnector) {
        if connector.mayReuse { awaiting.append(connector) }
    }

    func stopAwaiting(_ connector: CurlConnector) {
        if let index = awaiting.firstIndex(where: { $0 === connector }) { awaiting.remove(at: index) }
    }

    func turnEnds() {
        while let connector = awaiting.first, let connection = take() { connector.use(connection) }
        // Those who waited have gone meanwhile.
        while budget.count > budget.countMax, !idle.isEmpty { closeFirst() }
    }

    /// Closes what has idled since before `oldest`.
    func closeOld(_ oldest: Instant) {
        while let first = idle.first, first.idleSince < oldest { closeFirst() }
    }

    private func closeFirst() {
        budget.count -= 1
        idle.removeFirst().close()
    }

    /// An idle connection was closed by its peer.
    func forget(_ connection: ClientConnection) {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return }
        idle.remove(at: index)
        budget.count -= 1
    }

    /// Keeps nothing any more: nobody will ask for it.
    func close() {
        isClosed = true
        budget.count -= idle.count
        let open = idle
        idle = []
        for connection in open { connection.close() }
    }
}

/// How many idle connections one client may keep.
final class IdleBudget {
    let countMax: Int
    var count = 0

    init(countMax: Int) { self.countMax = countMax }
}
