import EventLoop

/// What waits for the next request to one endpoint: connections, and libcurl's handles. Belongs to one client.
final class CurlPool {
    private static let handlesMax = 256
    private static let connectorsMax = 64
    /// Providers close idle connections after a minute or a few; libcurl by itself keeps them as long (CURLOPT_MAXAGE_CONN).
    static let idleTimeMax = Duration.seconds(118)

    let endpoint: CurlEndpoint
    let address: ServerAddress
    /// Whether libcurl makes the whole transfer.
    let needsLibcurl: Bool
    /// For the next request's head: empty, with room.
    var spareBuffer: [UInt8] = []
    private let budget: IdleBudget
    private var handles: [CurlTransferHandle] = []
    private var connectors: [CurlConnector] = []
    /// The one that idles longest first.
    private var idle: [ClientConnection] = []
    private var isClosed = false

    init(_ endpoint: CurlEndpoint, budget: IdleBudget) {
        self.endpoint = endpoint
        self.budget = budget
        let address = ServerAddress(endpoint.url)
        let isForwarded = address?.isTLS == false && ["http://", "https://"].contains { endpoint.proxy?.hasPrefix($0) == true }
        needsLibcurl = endpoint.http2 || isForwarded || address == nil
        self.address = address ?? .none
    }

    // MARK: - Handles

    func takeHandle() -> CurlTransferHandle? { handles.popLast() }
    func takeConnector() -> CurlConnector? { connectors.popLast() }

    func giveBack(_ handle: CurlTransferHandle) {
        if !isClosed, handles.count < Self.handlesMax { handles.append(handle) }
    }

    func giveBack(_ connector: CurlConnector) {
        if !isClosed, connectors.count < Self.connectorsMax { connectors.append(connector) }
    }

    // MARK: - Connections

    /// The connection that was used last, if one is open and silent.
    func takeConnection(_ loop: EventLoop) -> ClientConnection? {
        while let connection = idle.popLast() {
            budget.count -= 1
            if connection.isUsable(since: loop.turnTime - Self.idleTimeMax) { return connection }
            connection.close()
        }
        return nil
    }

    /// Keeps a connection for the next request.
    ///
    /// - Returns: false when there is no room.
    func keep(_ connection: ClientConnection) -> Bool {
        guard !isClosed, budget.count < budget.countMax else { return false }
        budget.count += 1
        idle.append(connection)
        return true
    }

    /// Closes what has idled since before `oldest`.
    func closeOld(_ oldest: ContinuousClock.Instant) {
        while let first = idle.first, first.idleSince < oldest {
            idle.removeFirst()
            budget.count -= 1
            first.close()
        }
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
        handles = []
        connectors = []
    }
}

/// How many idle connections one client may keep.
final class IdleBudget {
    let countMax: Int
    var count = 0

    init(countMax: Int) { self.countMax = countMax }
}
